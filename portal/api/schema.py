"""The OpenAPI description, written from the operations themselves, so that it cannot drift from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from portal.api.fields import REF_PATTERN, Nothing
from portal.api.operations import Operation
from portal.api.problems import MEDIA
from portal.lexicon import say
from portal.permissions import roles_of
from portal.roles import Role

READS = (400, 401, 403, 404, 405, 406, 422, 429, 500)
WRITES = (409, 413, 415)
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens or issue_token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A browser's session; what it writes needs the X-CSRFToken header too.",
    },
}
PATHS = {
    "ref": (REF_PATTERN, "26 characters: the id this API gave."),
    "dispute": (REF_PATTERN, "26 characters: the id of the dispute."),
    "claim": (REF_PATTERN, "26 characters: the id of the claim."),
    "order": (REF_PATTERN, "26 characters: the id of the order."),
    "payment": (REF_PATTERN, "26 characters: the id of the payment."),
    "further": (REF_PATTERN, "26 characters: the id of a further number of the sitting."),
    "file": (REF_PATTERN, "26 characters: the id of what was sent."),
}


class FieldProblem(serializers.Serializer[Any]):
    """One member that is wrong."""

    field = serializers.CharField()
    type = serializers.CharField()
    detail = serializers.CharField()
    rule_id = serializers.CharField(required=False)


class Problem(serializers.Serializer[Any]):
    """What went wrong, and how to right it (RFC 9457); `detail` is in the language of Accept-Language."""

    type = serializers.CharField(help_text="urn:tongban:problem:…, the key of the sentence.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    field = serializers.CharField(required=False, help_text="The first member that is wrong.")
    rule_id = serializers.CharField(required=False, help_text="The rule that asks for it, see /rules.")
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]  # a member, not the attribute


class OperationSchema(AutoSchema):
    """Reads `view.operations` and nothing else."""

    @property
    def operation(self) -> Operation:
        """The operation being described."""
        found: Operation = vars(type(self.view))["operations"][self.method]
        return found

    def get_operation_id(self) -> str:
        """The operation's own name."""
        return self.operation.id

    def get_summary(self) -> str:
        """The first line of its docstring."""
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular calls it
        """The rest of it, the rules it carries, and who may."""
        roles = sorted(role.value for role in roles_of(self.operation.permission) if role != Role.ROBOT)
        rules = f" Rules: {', '.join(self.operation.rules)}." if self.operation.rules else ""
        may = f"Permission `{self.operation.permission}`: {', '.join(roles)}."
        return f"{self.operation.description}{rules} {may}".strip()

    def get_tags(self) -> list[str]:
        """The first word of the path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """A stranger's operations need nothing; the others a token or a session."""
        known: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
        return [{}, *known] if Role.ANONYMOUS in roles_of(self.operation.permission) else known

    def get_request_serializer(self) -> Any:
        """The shape of the body; None for an operation without one."""
        return self.operation.body if self.operation.body not in (None, Nothing) else None

    def get_response_serializers(self) -> Any:
        """The answer, and every refusal that can happen."""
        done = self.operation
        shape: Any = done.answer
        if done.media == "application/pdf":
            shape = OpenApiResponse({"type": "string", "format": "binary"}, description="The stored bytes.")
        first = {(done.http, done.media): shape if shape is not None else OpenApiResponse(description="Done.")}
        return first | {(http, MEDIA): OpenApiResponse(Problem, say(f"problem.{http}", "en")) for http in self.refusals}

    @property
    def refusals(self) -> list[int]:
        """The numbers of every refusal of this operation."""
        more = [] if self.method == "GET" else list(WRITES)
        return sorted({*READS, *more, *self.operation.errors})

    def get_override_parameters(self) -> list[Any]:
        """Headers and query."""
        found: list[Any] = [_language()]
        if self.operation.query is not None:
            found.append(self.operation.query)
        if self.method == "POST":
            found.append(_key(required=self.operation.needs_key))
        if self.operation.if_match:
            found.append(_if_match())
        if self.operation.gives_etag:
            found.append(_response_header("ETag", "The quote's number in quotes, for If-Match."))
        return found

    def get_filter_backends(self) -> list[Any]:
        """None: queries are declared."""
        return []

    def get_examples(self) -> list[OpenApiExample]:
        """The examples of the shapes; they belong to nobody."""
        examples = []
        body, answer = getattr(self.operation.body, "example", None), getattr(self.operation.answer, "example", None)
        if body:
            examples.append(OpenApiExample("Sent", value=body, request_only=True))
        if answer:
            http = [str(self.operation.http)]
            examples.append(OpenApiExample("Answered", value=answer, response_only=True, status_codes=http))
        return examples

    def _resolve_path_parameters(self, variables: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {
                "in": "path",
                "name": name,
                "required": True,
                "schema": {"type": "string", "pattern": PATHS[name][0]},
                "description": PATHS[name][1],
            }
            for name in variables
        ]

    def map_parsers(self) -> list[str]:
        """JSON only."""
        return ["application/json"]

    def map_renderers(self, attribute: str) -> list[str]:
        """What the operation gives."""
        return [self.operation.media]


def _language() -> OpenApiParameter:
    words = "`en` or `zh-CN`; Chinese without it."
    return OpenApiParameter("Accept-Language", str, OpenApiParameter.HEADER, description=words)


def _key(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]{8,64}$"},
        OpenApiParameter.HEADER,
        required=required,
        description="Chosen by the client. The same key and body again: the first answer, no second effect. "
        "Another body: 422. The first still under way: 409.",
    )


def _if_match() -> OpenApiParameter:
    return OpenApiParameter(
        "If-Match",
        {"type": "string", "pattern": '^"[1-9][0-9]{0,4}"$'},
        OpenApiParameter.HEADER,
        required=True,
        description="The ETag of the quote that was seen; 412 when another one is in force.",
    )


def _response_header(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=words, response=[200])


def ours_only(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Only what was declared with `resource`."""
    return [one for one in endpoints if getattr(one[3].cls, "operations", None) and one[2] != "HEAD"]


def finished(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Close every object (no member that is not described), and add how to sign in."""
    components = result.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    for schema in components.get("schemas", {}).values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return result
