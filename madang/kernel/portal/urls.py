from django.urls import path

from .views import applying, case, directory, figures, frame, home, moves, operation, sending, workbench

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("my/", home.my_page, name="my-page"),
    path("my/looks/", home.looks, name="looks"),
    path("my/acting/<str:number>/", home.acting, name="acting"),
    path("health/", operation.health, name="health"),
    path("ready/", operation.ready, name="ready"),
    path("metrics/", operation.metrics, name="metrics"),
    path("search/", directory.search, name="search"),
    path("services/", directory.services, name="services"),
    path("services/<str:name>/", directory.procedure, name="procedure"),
    path("apply/<str:procedure>/", applying.apply, name="apply"),
    path("institutions/", directory.institutions, name="institutions"),
    path("institutions/options/", directory.institution_options, name="institution-options"),
    path("institutions/<slug:code>/", directory.institution, name="institution"),
    path("figures/", figures.page, name="figures"),
    path("figures.json", figures.as_json, name="figures-json"),
    path("figures.csv", figures.as_csv, name="figures-csv"),
    path("work/", workbench.queues, name="workbench"),
    path("work/hand-out/", workbench.hand_out, name="hand-out"),
    path("work/<slug:name>/", workbench.queues, name="queue"),
    path("cases/<str:number>/", case.page, name="case"),
    path("cases/<str:number>/receipt/", sending.receipt, name="receipt"),
    path("cases/<str:number>/files/<uuid:token>/", case.file, name="case-file"),
    path("cases/<str:number>/unmask/", moves.unmask, name="case-unmask"),
    path("cases/<str:number>/<slug:name>/", moves.move, name="case-move"),
    path("accessibility/", frame.accessibility, name="accessibility"),
    path("design/", frame.styleguide, name="styleguide"),
    path("text-size/", frame.text_size, name="text-size"),
]
