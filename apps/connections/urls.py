"""Addresses of connecting and disconnecting; `callback` is the one registered at the vendor."""

from django.urls import path

from apps.connections import oauth

app_name = "connections"
urlpatterns = [
    path("callback/<str:platform>/", oauth.callback, name="callback"),
    path("<slug:slug>/connect/<str:platform>/", oauth.begin, name="begin"),
    path("<slug:slug>/connect/<str:platform>/go/", oauth.go, name="go"),
    path("<slug:slug>/disconnect/<str:side>/", oauth.disconnect, name="disconnect"),
]
