module smppagent/bench

go 1.26.8

require (
	github.com/ajankovic/smpp v0.0.0-20191203230920-1db50388714e
	github.com/fiorix/go-smpp v0.0.0-20210403173735-2894b96e70ba
	github.com/linxGnu/gosmpp v0.3.1
	smppagent v0.0.0
)

require golang.org/x/text v0.20.0 // indirect

replace smppagent => ..
