"""Parse and verify a signed aggregate with lxml and xmlsec, and nothing else.

Arguments: the file, and the certificate of the signer in PEM.
"""

import sys

import xmlsec
from lxml import etree

from benchmarks.cost import counted


def main() -> None:
    """Do it once.

    Raises:
        ValueError: There is no signature to verify.
    """
    path, certificate = sys.argv[1:]
    kind = xmlsec.constants.KeyDataFormatCertPem
    key = xmlsec.Key.from_file(certificate, kind)
    with counted():
        parser = etree.XMLParser(huge_tree=True, no_network=True)
        root = etree.parse(path, parser).getroot()  # noqa: TID251  # the bare floor
        signature = xmlsec.tree.find_child(root, xmlsec.constants.NodeSignature)
        if signature is None:
            raise ValueError("no signature")
        context = xmlsec.SignatureContext()
        context.key = key
        context.register_id(root, "ID")
        context.verify(signature)


if __name__ == "__main__":
    main()
