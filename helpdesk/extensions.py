"""The extension objects and nothing else: this keeps import cycles away."""

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_security.core import Security
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from helpdesk.base import METADATA
from helpdesk.signin.identities import MailAddresses, PhoneNumbers
from helpdesk.signin.onetime import OneTimeCodes

db = SQLAlchemy(metadata=METADATA)
migrate = Migrate()
mail = Mail()
babel = Babel()
bootstrap = Bootstrap5()
compress = Compress()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
security = Security(mail_util_cls=MailAddresses, phone_util_cls=PhoneNumbers, totp_cls=OneTimeCodes)
api = Api()
