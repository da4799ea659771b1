"""The certificate: the holder's page and PDF, and the public check by QR, by twelve digits or by its file (C-11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe

from closure.forms.certificate import CertificateFileForm, CertificateForm
from closure.models import Certificate
from closure.pages.opening import case_or_missing, head
from closure.queries import certificate_by_number, certificate_of
from closure.queries.after import certificate_by_hash
from closure.services import certificate as certificates
from closure.words.afterwards import standing_words
from portal.errors import Missing
from portal.requests import PortalRequest, address_of, typed
from portal.signing import is_genuine


def page(request: PortalRequest, ref: str) -> HttpResponse:
    """Template closure/certificate.html, context: head(), words_of(), pdf_url, ready, polling."""
    case = case_or_missing(request, ref)
    certificate = certificate_of(case)
    if certificate is None:
        return redirect("closure-progress", case.ref)
    ready = certificate.pdf is not None
    context = head(case, request, "done") | certificates.words_of(certificate, request.lang)
    context["qr"] = mark_safe(certificates.qr_of(certificate))  # noqa: S308 - made here, of our own address
    context["standing"] = standing_words(certificate, request.lang)
    context |= {"ready": ready, "polling": not ready, "pdf_url": reverse("closure-certificate-pdf", args=[case.ref])}
    return render(request, "closure/certificate.html", context)


def pdf(request: PortalRequest, ref: str) -> HttpResponse:
    """The stored bytes, as they were signed."""
    case = case_or_missing(request, ref)
    certificate = certificate_of(case)
    if certificate is None or certificate.pdf is None:
        raise Missing("error.missing")
    response = HttpResponse(bytes(certificate.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.case_no}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def check(request: PortalRequest, ref: str) -> HttpResponse:
    """Public: what the QR leads to. Template closure/check.html, context: found, rows, title. Masked facts only."""
    certificate = Certificate.objects.filter(ref=ref).first()
    return _verdict(request, certificate)


def by_number(request: PortalRequest) -> HttpResponse:
    """Public: twelve digits and the phone's last four, throttled. Template closure/check_number.html, context: form."""
    form = CertificateForm(typed(request), lang=request.lang)
    if request.method == "POST" and form.is_valid():
        certificates.count_look_up(address_of(request))
        return _verdict(request, certificate_by_number(form.cleaned_data["number"], form.cleaned_data["tail"]))
    return render(request, "closure/check_number.html", {"form": form}, status=422 if form.errors else 200)


def by_file(request: PortalRequest) -> HttpResponse:
    """Public: the PDF itself, or its SHA-256, throttled. Template closure/check_file.html, context: form.

    The file is read in memory, compared and forgotten.
    """
    form = CertificateFileForm(typed(request), files=request.FILES or None, lang=request.lang)
    if request.method == "POST" and form.is_valid():
        certificates.count_look_up(address_of(request))
        return _verdict(request, certificate_by_hash(form.cleaned_data["sha256"]))
    return render(request, "closure/check_file.html", {"form": form}, status=422 if form.errors else 200)


def _verdict(request: PortalRequest, certificate: Certificate | None) -> HttpResponse:
    """Whether it is one of ours, and what it still says today."""
    context: dict[str, Any] = {"found": certificate is not None}
    if certificate is not None:
        genuine = certificate.pdf is None or is_genuine(bytes(certificate.pdf))
        context |= certificates.words_of(certificate, request.lang) | {"found": genuine}
        context["standing"] = standing_words(certificate, request.lang)
    return render(request, "closure/check.html", context, status=200 if context["found"] else 404)
