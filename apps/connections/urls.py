"""Addresses of connecting and disconnecting; `callback` is the one registered at the vendor."""

from django.urls import path

from apps.connections import oauth, pages

app_name = "connections"
urlpatterns = [
    path("callback/choose/", oauth.choose, name="choose"),
    path("callback/<str:platform>/", oauth.callback, name="callback"),
    path("<slug:slug>/accounts/", pages.company_page, name="company"),
    path("<slug:slug>/mailbox/", pages.let_in, name="let_in"),
    path("<slug:slug>/mailbox/file/", pages.file, name="file"),
    path("<slug:slug>/webhook/<str:side>/", pages.webhook, name="webhook"),
    path("<slug:slug>/connect/<str:platform>/", oauth.begin, name="begin"),
    path("<slug:slug>/connect/<str:platform>/go/", oauth.go, name="go"),
    path("<slug:slug>/disconnect/<str:side>/", oauth.disconnect, name="disconnect"),
]
