"""The TSFM rules at canary_5 as a script writes them: what one would have without rollout-gate."""

import json
import sys
from pathlib import Path


def longest_run(breaches):
    longest = current = 0
    for breach in breaches:
        current = current + 1 if breach else 0
        longest = max(longest, current)
    return longest


def judge(snapshot):
    metrics = snapshot["metrics"]
    p95, error, fallback, breaker, invalid = (
        metrics[name]
        for name in ("p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate")
    )
    rollback = [
        reason
        for reason, fires in [
            ("p95>400ms_for_2x5m", longest_run(value > 400 for value in p95) >= 2),
            ("error_rate>2pct_any_5m", any(value > 0.02 for value in error)),
            ("invalid_output_rate>0", any(value > 0 for value in invalid)),
            ("fallback_rate>20pct_for_15m", longest_run(value > 0.20 for value in fallback) >= 3),
            ("breaker_open_rate>30pct_for_15m", longest_run(value > 0.30 for value in breaker) >= 3),
        ]
        if fires
    ]
    failed = [
        reason
        for reason, holds in [
            ("gate:p95>300ms", max(p95) <= 300),
            ("gate:error_rate>1pct", max(error) <= 0.01),
            ("gate:invalid_output_rate_nonzero", max(invalid) <= 0),
            ("gate:fallback_rate>8pct_for_canary_5", max(fallback) <= 0.08),
        ]
        if not holds
    ]
    decision = "rollback" if rollback else "hold" if failed else "promote"
    return {"decision": decision, "gate_fail_reasons": failed, "rollback_reasons": rollback}


def main():
    path = Path(sys.argv[1])
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        print(json.dumps(judge(json.loads(file.read_bytes()))))


main()
