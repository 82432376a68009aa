module smppagent/powercut

go 1.26.8
