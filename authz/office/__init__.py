"""What do operators of the agency do with organisations, e-tjänster and people?

:class:`authz.office.service.OfficeService` is the door: the pages and the commands ask
the same one, so both refuse the same and write the same audit trail.
"""
