"""The portal's own pages, each with its permission; nothing moves once it is here (UX 1)."""

from django.urls import register_converter

from portal.pages import home, my, reading, rules, signin, staff, stores, switches, verify
from portal.routes import EightDigits, route

register_converter(EightDigits, "digits8")

urlpatterns = [
    route("", home.home, name="home", permission="public"),
    route("sign-in", signin.sign_in, name="sign-in", permission="public"),
    route("sign-in/code", signin.sign_in_code, name="sign-in-code", permission="public"),
    route("sign-in/resend", signin.resend, name="sign-in-resend", permission="public"),
    route("sign-out", signin.sign_out, name="sign-out", permission="public"),
    route("staff/sign-in", staff.staff_sign_in, name="staff-sign-in", permission="public"),
    route("verify", verify.verify, name="verify", permission="public"),
    route("verify/<digits8:code>", verify.verify, name="verify-code", permission="public"),
    route("rules", rules.rules, name="rules", permission="public"),
    route("rules/<str:rule_id>", rules.one_rule, name="rule", permission="public"),
    route("stores", stores.stores, name="stores", permission="public"),
    route("help", reading.help_page, name="help", permission="public"),
    route("accessibility", reading.accessibility, name="accessibility", permission="public"),
    route("privacy", reading.privacy, name="privacy", permission="public"),
    route("language", reading.language, name="language", permission="public"),
    route("language/switch", switches.switch_language, name="switch-language", permission="public"),
    route("size/switch", switches.switch_size, name="switch-size", permission="public"),
    route("my", my.my, name="my", permission="my"),
    route("my/access", my.my_access, name="my-access", permission="my"),
    route("my/notices", my.my_notices, name="my-notices", permission="my"),
]
