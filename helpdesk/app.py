"""The application factory: reads like a table of contents."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk.config import Settings, read_settings
from helpdesk.extensions import bootstrap, compress, csrf, db, limiter, mail, migrate
from helpdesk.i18n import init_i18n
from helpdesk.metrics import init_metrics
from helpdesk.paths import migrations_folder, templates_folder
from helpdesk.routes import BLUEPRINTS
from helpdesk.routes.access import init_access
from helpdesk.routes.api import init_api
from helpdesk.routes.errors import init_errors
from helpdesk.routes.headers import init_headers
from helpdesk.routes.look import init_look
from helpdesk.routes.numbers import RowNumber
from helpdesk.routes.requests import HelpdeskRequest
from helpdesk.signin.setup import init_signin
from helpdesk.transaction import POSTGRESQL, prepare_postgresql, prepare_sqlite


def create_app(settings: Settings | None = None) -> Flask:
    """The web application. Without `settings` they are read from the environment.

    Raises:
        BadSetting: an environment variable has a value that the program cannot work with.
    """
    app = Flask("helpdesk", template_folder=str(templates_folder()), static_folder="static")
    configure(app, settings or read_settings())
    init_proxies(app)
    app.url_map.converters["int"] = RowNumber
    app.request_class = HelpdeskRequest
    init_metrics(app)
    init_database(app)
    init_i18n(app)
    init_mail(app)
    init_web(app)
    init_signin(app)
    init_access(app)
    init_headers(app)
    init_look(app)
    init_errors(app)
    init_api(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def configure(app: Flask, settings: Settings) -> None:
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=(settings.upload_limit_mb * 5 + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,
    )


def init_proxies(app: Flask) -> None:
    """Believe the addresses that so many proxies in front of us add; without any, believe nobody."""
    count = app.config["SETTINGS"].trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]


def init_database(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"pool_size": 20}
        if settings.is_sqlite
        else {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True, "connect_args": POSTGRESQL}
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(migrations_folder()), render_as_batch=True)
    if settings.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        prepare = prepare_sqlite if settings.is_sqlite else prepare_postgresql
        prepare(db.engine)


def init_mail(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username or None,
        MAIL_PASSWORD=settings.mail_password or None,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_DEFAULT_SENDER=settings.mail_default_sender,
    )
    mail.init_app(app)


def init_web(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        RATELIMIT_STORAGE_URI=settings.ratelimit_storage_url,
        RATELIMIT_HEADERS_ENABLED=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],  # files: some servers hand them over as streams
    )
    bootstrap.init_app(app)
    compress.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
