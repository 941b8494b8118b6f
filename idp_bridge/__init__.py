"""What do we say over HTTP and SAML?

The service provider that asks Inera's IdP who somebody is, the identity provider that
tells an e-tjänst, and the pages in between.
"""
