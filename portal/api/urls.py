"""Addresses of the API's ground floor."""

from portal.api import description, figures, notices, sign_in, stores
from portal.api.views import resource
from portal.routes import route

urlpatterns = [
    route("api/schema/", description.schema, name="api-schema", permission="public"),
    route("api/docs/", description.docs, name="api-docs", permission="public"),
    resource("codes", name="api-codes", POST=sign_in.ask_code),
    resource("tokens", name="api-tokens", POST=sign_in.get_token),
    resource("tokens/current", name="api-token", GET=sign_in.show_token, DELETE=sign_in.end_token),
    resource("notices", name="api-notices", GET=notices.own_notices),
    resource("notices/check", name="api-notice-check", POST=notices.check_notice),
    resource("stores", name="api-stores", GET=stores.list_stores),
    resource("parameters", name="api-parameters", GET=figures.parameters),
]
