from django.urls import path

from webapp.api.extract import ExtractView

urlpatterns = [path("extract", ExtractView.as_view(), name="api_extract")]
