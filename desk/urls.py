"""Addresses of the desk."""

from django.urls import URLPattern

from desk.pages import case, worklist
from portal.routes import route

urlpatterns: list[URLPattern] = [
    route("desk", worklist.worklist, name="desk-worklist", permission="desk.read"),
    route("desk/cases/<str:ref>", case.case, name="desk-case", permission="desk.read"),
]
