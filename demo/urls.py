"""Addresses of the demo world. A handset's address holds its random ref, never the number."""

from django.urls import URLPattern

from demo.pages import cashier, clock, doors, handsets, tempers
from portal.routes import route

urlpatterns: list[URLPattern] = [
    route("demo/", doors.doors, name="demo-doors", permission="demo"),
    route("demo/enter", doors.enter, name="demo-enter", permission="demo"),
    route("demo/handsets", handsets.handset_list, name="demo-handset-list", permission="demo"),
    route("demo/handsets/<str:ref>", handsets.handset, name="demo-handset", permission="demo"),
    route("demo/tempers", tempers.tempers, name="demo-tempers", permission="demo"),
    route("demo/clock", clock.clock_page, name="demo-clock", permission="demo"),
    route("demo/cashier/<str:ref>", cashier.cashier, name="demo-cashier", permission="demo"),
]
