module smppagent/conformance

go 1.26.8
