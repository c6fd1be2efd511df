"""What AWS's codes and botocore's exceptions mean: a table.

https://docs.aws.amazon.com/general/latest/gr/api-error-codes.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import hints
from slipway.errors import ConfigurationError, Failed, SlipwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.aws.hints import Call


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
CLOCK = Meaning(ConfigurationError, "AWS rejects the time of the call", hints.set_clock)
SILENT = Meaning(Failed, "no answer", hints.reach_endpoint)
NO_TRUST = Meaning(ConfigurationError, "no trusted TLS connection", hints.trust_certificate)
PROXY = Meaning(ConfigurationError, "the proxy does not answer", hints.check_proxy)
NOT_AWS = Meaning(Failed, "the answer is not from AWS", hints.find_who_answers)
THROTTLED = Meaning(Failed, "AWS throttles the calls", hints.wait_and_repeat)
BROKEN = Meaning(Failed, "AWS has an internal error", hints.wait_and_repeat)
REFUSED = Meaning(Failed, "AWS refuses the request", hints.change_request)
LIMITED = Meaning(Failed, "a quota of the account is used up", hints.raise_quota)
BUSY = Meaning(Failed, "something else is in progress", hints.look_at_state)
ABSENT = Meaning(Failed, "the resource does not exist in AWS", hints.check_place)
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
