"""CloudWatch's metric math, as far as the alarms use it, and what an alarm makes of it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

# A minute's metrics by name; one that has no datapoint is not there.
Minute = Mapping[str, float]
BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
}


def value(expression: str, minute: Minute) -> float | None:
    """Return what an expression comes to; None when a metric that it needs is missing."""
    return _value(ast.parse(expression, mode="eval").body, minute)


def _value(node: ast.expr, minute: Minute) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return minute.get(name)
        case ast.Call(func=ast.Name(id="FILL"), args=[metric, instead]):
            found = _value(metric, minute)
            return _value(instead, minute) if found is None else found
        case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
            holds = _value(condition, minute)
            return None if holds is None else _value(yes if holds else no, minute)
        case ast.BinOp(left=left, op=op, right=right):
            return _both(BINARY[type(op)], _value(left, minute), _value(right, minute))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _both(COMPARE[type(op)], _value(left, minute), _value(right, minute))
    raise AssertionError(f"the evaluator knows no {ast.dump(node)}")


def _both(
    act: Callable[[float, float], float], left: float | None, right: float | None
) -> float | None:
    return None if left is None or right is None else float(act(left, right))


def rings(alarm: Mapping[str, Any], minutes: list[dict[str, float]]) -> bool:
    """Whether an alarm is in ALARM after these minutes, whose keys are the names of metrics.

    A missing value does not breach: TreatMissingData.
    """
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    names = {
        each["Id"]: each["MetricStat"]["Metric"]["MetricName"]
        for each in alarm["Metrics"]
        if "MetricStat" in each
    }
    (result,) = [each for each in alarm["Metrics"] if each.get("ReturnData")]
    last = minutes[-alarm["EvaluationPeriods"] :]
    values = [
        value(
            result["Expression"],
            {key: minute[name] for key, name in names.items() if name in minute},
        )
        for minute in last
    ]
    return all(each is not None and each > alarm["Threshold"] for each in values)
