"""Addresses of closure. URLs carry a random id, never a phone, an ID or a case number (UX.md section 1)."""

from closure.pages import (
    certificate,
    confirm,
    find,
    finding_again,
    identity,
    mine,
    other,
    pay,
    progress,
    refund,
    restore,
    result,
    unbind,
    withdraw,
)
from portal.routes import route

urlpatterns = [
    route("closure/start", identity.start, name="closure-start", permission="closure.file"),
    route("closure/identity", identity.page, name="closure-identity", permission="closure.file"),
    route("closure/confirm", confirm.page, name="closure-confirm", permission="closure.file"),
    route("closure/list", mine.page, name="closure-list", permission="closure.read"),
    route("closure/find", find.page, name="closure-find", permission="closure.find"),
    route("closure/find/code", find.code, name="closure-find-code", permission="closure.find"),
    route("closure/other", other.page, name="closure-other", permission="closure.file"),
    route("closure/no-sms", restore.no_sms, name="closure-no-sms", permission="closure.restore"),
    route("closure/restore", restore.page, name="closure-restore", permission="closure.restore"),
    route("closure/restore/<str:ref>", restore.progress, name="closure-restored", permission="closure.restore"),
    route("closure/<str:ref>", progress.page, name="closure-progress", permission="closure.read"),
    route("closure/<str:ref>/result", result.page, name="closure-result", permission="closure.read"),
    route("closure/<str:ref>/again", finding_again.act, name="closure-again", permission="closure.act"),
    route("closure/<str:ref>/unbind", unbind.page, name="closure-unbind", permission="closure.act"),
    route("closure/<str:ref>/refund", refund.page, name="closure-refund", permission="closure.act"),
    route("closure/<str:ref>/pay", pay.page, name="closure-pay", permission="closure.act"),
    route("closure/<str:ref>/withdraw", withdraw.page, name="closure-withdraw", permission="closure.act"),
    route("closure/<str:ref>/certificate", certificate.page, name="closure-certificate", permission="closure.read"),
    route(
        "closure/<str:ref>/certificate.pdf", certificate.pdf, name="closure-certificate-pdf", permission="closure.read"
    ),
    route("v/<str:ref>", certificate.check, name="certificate-check", permission="closure.check-certificate"),
    route(
        "verify/certificate", certificate.by_number, name="certificate-number", permission="closure.check-certificate"
    ),
]
