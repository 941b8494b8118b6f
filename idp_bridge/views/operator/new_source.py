"""Which source shall be added? A form; the source is loaded in the background."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.services import order_desk, services
from idp_bridge.texts import register_texts
from idp_bridge.views.operator.frame import admin, bp, go_to, show
from idp_bridge.views.operator.source_form import SourceForm
from idp_bridge.web.access import needs, viewer
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.rights import Right
from metadata.orders import Action

_UNPROCESSABLE = 422


@bp.get("/metadata/ny-kalla")
@needs(Right.METADATA_TRUST)
def show_new_source() -> Response:
    """Show the form: empty, or with what there is of the source to be changed."""
    name = request.args.get("kalla", "")
    known = [state.source for state in admin().list() if state.source.name == name]
    form = SourceForm.of(known[0]) if known else SourceForm()
    late = typed_before()
    if late is None:
        return show("new_source", form=form, problems={})
    form, done = SourceForm.read(late, request.files), register_texts.TYPED_LATE
    return show("new_source", form=form, problems={}, done=done)


@bp.post("/metadata/ny-kalla")
@needs(Right.METADATA_TRUST)
def add_source() -> AnyResponse:
    """Let a source be added or changed, or show what is wrong; nothing is lost."""
    form = SourceForm.read(request.form, request.files)
    taken = {state.source.name for state in admin().list()}
    problems = form.problems(taken)
    if problems:
        return show("new_source", _UNPROCESSABLE, form=form, problems=problems)
    desk = order_desk(services())
    action = Action.CHANGE if form.replacing else Action.ADD
    desk.take(action, form.name, actor=viewer().actor, **form.detail())
    return go_to(url_for("operator.show_sources"))
