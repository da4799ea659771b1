"""Addresses of the desk."""

from django.urls import URLPattern

from desk.pages import case, contacts, exception, order, orders, reveal, worklist
from portal.routes import route

urlpatterns: list[URLPattern] = [
    route("desk", worklist.worklist, name="desk-worklist", permission="desk.read"),
    route("desk/orders", orders.order_list, name="desk-orders", permission="desk.orders"),
    route("desk/orders/<str:ref>", order.page, name="desk-order", permission="desk.orders"),
    route("desk/orders/<str:ref>/files/<str:file>", order.file, name="desk-order-file", permission="desk.orders"),
    route("desk/cases/<str:ref>", case.case, name="desk-case", permission="desk.read"),
    route("desk/cases/<str:ref>/contacts", contacts.page, name="desk-contacts", permission="desk.orders"),
    route("desk/cases/<str:ref>/exception", exception.page, name="desk-exception", permission="closure.exception"),
    route("desk/cases/<str:ref>/reveal", reveal.reveal, name="desk-reveal", permission="desk.reveal"),
]
