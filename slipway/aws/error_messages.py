"""What an error of an AWS call means for a person: what happened, and what to do next.

Nothing here imports botocore: its exceptions are known by the names of their classes, and AWS's
answers by their codes: https://docs.aws.amazon.com/general/latest/gr/api-error-codes.html
"""

from __future__ import annotations

import re
import socket
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import hints
from slipway.errors import ConfigurationError, Failed, SlipwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.aws.hints import Call

LIBRARIES = {"botocore", "boto3", "s3transfer"}
NETWORK_LIBRARIES = {"urllib3", "requests"}
NETWORK_ERRORS = (ConnectionError, TimeoutError, socket.gaierror)


@dataclass(frozen=True)
class Meaning:
    """How an error is shown: its kind, the words before AWS's own, and what to do next."""

    kind: type[SlipwayError]
    words: str
    hint: Callable[[Call, str], str]


LOGIN = Meaning(ConfigurationError, "no usable AWS credentials", hints.provide_credentials)
RENEW = Meaning(ConfigurationError, "the AWS credentials have expired", hints.renew_credentials)
REJECTED = Meaning(ConfigurationError, "AWS does not accept the credentials", hints.check_source)
UNTRUSTED = Meaning(ConfigurationError, "the role does not accept the job's token", hints.trust_job)
DENIED = Meaning(ConfigurationError, "AWS denied the call", hints.allow_call)
CLOCK = Meaning(ConfigurationError, "AWS does not accept the time of the call", hints.set_clock)
SILENT = Meaning(Failed, "no answer", hints.reach_endpoint)
NO_TRUST = Meaning(ConfigurationError, "no trusted connection", hints.trust_certificate)
PROXY = Meaning(ConfigurationError, "the proxy does not answer", hints.check_proxy)
NOT_AWS = Meaning(Failed, "the answer is not one of AWS", hints.find_who_answers)
THROTTLED = Meaning(Failed, "AWS slows the calls down", hints.wait_and_repeat)
BROKEN = Meaning(Failed, "AWS has a fault of its own", hints.wait_and_repeat)
REFUSED = Meaning(Failed, "AWS refuses the request", hints.change_request)
LIMITED = Meaning(Failed, "a quota of the account is used up", hints.raise_quota)
BUSY = Meaning(Failed, "something else is in progress", hints.look_at_state)
ABSENT = Meaning(Failed, "AWS does not have it", hints.check_place)
SETTING = Meaning(ConfigurationError, "the AWS client cannot be configured", hints.check_settings)
OTHER = Meaning(Failed, "the AWS call failed", hints.look_at_state)

BY_CODE = {
    RENEW: {
        "ExpiredToken",
        "ExpiredTokenException",
        "TokenRefreshRequired",
    },
    REJECTED: {
        "AuthFailure",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    },
    UNTRUSTED: {"IDPCommunicationError", "IDPRejectedClaim", "InvalidIdentityToken"},
    DENIED: {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "NotAuthorized",
        "UnauthorizedOperation",
    },
    CLOCK: {"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"},
    # botocore's own list of what it tries again, without the quotas:
    # https://docs.aws.amazon.com/boto3/latest/guide/retries.html#standard-retry-mode
    THROTTLED: {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    },
    BROKEN: {
        "500",
        "502",
        "503",
        "504",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    },
    LIMITED: {
        "LimitExceeded",
        "LimitExceededException",
        "ServiceQuotaExceededException",
    },
    BUSY: {
        "ConcurrentModificationException",
        "ConflictException",
        "InvalidChangeSetStatus",
        "OperationInProgressException",
        "ResourceInUseException",
        "StaleRequestException",
        "UpdateInProgressException",
    },
    REFUSED: {
        "ClientException",
        "InvalidAction",
        "InvalidParameter",
        "InvalidParameterCombination",
        "InvalidParameterException",
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "InvalidRequest",
        "InvalidRequestException",
        "MalformedInput",
        "MissingParameter",
        "ValidationError",
        "ValidationException",
    },
}
# The class, or one that it derives from; the first that fits counts.
BY_CLASS = {
    NO_TRUST: {"SSLError"},
    PROXY: {"ProxyConnectionError", "InvalidProxiesConfigError"},
    RENEW: {
        "LoginRefreshRequired",
        "UnauthorizedSSOTokenError",
    },
    LOGIN: {
        "ConfigNotFound",
        "ConfigParseError",
        "CredentialRetrievalError",
        "InvalidConfigError",
        "LoginError",
        "MetadataRetrievalError",
        "MissingDependencyException",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "RefreshWithMFAUnsupportedError",
        "SSOError",
        "TokenRetrievalError",
        "UnknownCredentialError",
        "UnknownTokenProviderError",
    },
    THROTTLED: {"CapacityNotAvailableError"},
    SILENT: {"ConnectionError", "HTTPClientError", "IncompleteReadError"},
    NOT_AWS: {
        "AwsChunkedWrapperError",
        "ChecksumError",
        "FlexibleChecksumError",
        "PaginationError",
        "ResponseParserError",
    },
    SETTING: {
        "BaseEndpointResolverError",
        "DataNotFoundError",
        "EndpointProviderError",
        "InvalidChecksumConfigError",
        "InvalidDefaultsMode",
        "InvalidEndpointConfigurationError",
        "InvalidEndpointDiscoveryConfigurationError",
        "InvalidIMDSEndpointError",
        "InvalidIMDSEndpointModeError",
        "InvalidRegionError",
        "InvalidRetryConfigurationError",
        "InvalidS3AddressingStyleError",
        "InvalidS3UsEast1RegionalEndpointConfigError",
        "InvalidSTSRegionalEndpointsConfigError",
        "ServiceNotInRegionError",
        "UnknownRegionError",
        "UnsupportedS3ConfigurationError",
    },
    REFUSED: {"MissingParametersError", "ParamValidationError", "ValidationError"},
}


def error_code(error: Exception) -> str:
    """Return the code of AWS's answer, such as "ValidationError"; "" for another error."""
    return str(_answer(error).get("Code", ""))


def explain_aws_error(error: Exception, call: Call) -> SlipwayError | None:
    """Turn an error of an AWS call into one of ours; None when it is none.

    `call` is the one that the error is of, as far as that is known.
    """
    if (meaning := _meaning(error, call)) is None:
        return None
    text = str(error) if _is_library(error) else f"{type(error).__name__}: {error}"
    is_of_call = meaning is NOT_AWS or _is_library(error) or _is_inside_library(error)
    # AWS's own refusals name the operation themselves.
    where = f" ({call})" if call.operation and is_of_call and not error_code(error) else ""
    return meaning.kind(f"{meaning.words}{where}: {text}", hint=meaning.hint(call, text))


def _meaning(error: Exception, call: Call) -> Meaning | None:
    classes = {each.__name__ for each in type(error).__mro__}
    if _is_library(error):
        if "ClientError" in classes:
            return _by_code(error_code(error), str(error))
        return next((each for each, names in BY_CLASS.items() if names & classes), OTHER)
    if "SSLError" in classes:
        return NO_TRUST
    if _root(error) in NETWORK_LIBRARIES or isinstance(error, NETWORK_ERRORS):
        return SILENT
    if _is_inside_library(error):
        return _of_library(error)
    return NOT_AWS if any(map(call.has_field, missing_fields(error))) else None


def missing_fields(error: Exception) -> list[str]:
    """List the fields, one of which an answer lacks when our code ends with this error.

    Of an empty list or a null in an answer, the line of code that reads it knows the field.
    """
    if isinstance(error, KeyError):
        return [str(each) for each in error.args]
    if not isinstance(error, IndexError | TypeError) or error.__traceback__ is None:
        return []
    line = traceback.extract_tb(error.__traceback__)[-1].line or ""
    return re.findall(r"""\[["'](\w+)["']\]""", line)


def _of_library(error: Exception) -> Meaning:
    """Return what an error means that botocore lets through: a file, a setting, an answer."""
    if isinstance(error, OSError):
        return SETTING if error.filename else SILENT
    return SETTING if "nvalid endpoint" in str(error) else NOT_AWS


def _by_code(code: str, text: str) -> Meaning:
    """Return what a code means; CLOCK is decided by the words of a signature's refusal."""
    if re.search(r"Signature (expired|not yet current)", text):
        return CLOCK
    for meaning, codes in BY_CODE.items():
        if code in codes:
            return meaning
    if "NotFound" in code or code.startswith("NoSuch"):
        return ABSENT
    # Where AWS's own code is missing, botocore puts the status of HTTP, or nothing.
    return NOT_AWS if code.isdigit() or not code else OTHER


def _answer(error: Exception) -> dict[str, object]:
    """Return the Error part of a ClientError's response; {} where there was no answer."""
    response = getattr(error, "response", None)
    part = response.get("Error") if isinstance(response, dict) else None
    return part if isinstance(part, dict) else {}


def _root(error: Exception) -> str:
    return type(error).__module__.partition(".")[0]


def _is_library(error: Exception) -> bool:
    """Whether the error's class, or one that it derives from, is botocore's or boto3's."""
    modules = {each.__module__.partition(".")[0] for each in type(error).__mro__}
    return bool(modules & LIBRARIES)


def _is_inside_library(error: Exception) -> bool:
    """Whether botocore raised it, or what botocore called, and no code of ours below it."""
    frames = traceback.walk_tb(error.__traceback__)
    roots = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in frames]
    known = [root for root in roots if root in LIBRARIES | {"slipway", "stack", "tests"}]
    return bool(known) and known[-1] in LIBRARIES
