// Package interop runs the built agent, as a process, against SMSCs that were written elsewhere:
// node-smpp, Net::SMPP for Perl, go-smpp by fiorix, and osmo-msc. It is a module of its own, so that
// none of them is among the agent's dependencies, and it knows the agent only from the outside: its
// verbs, its socket and its config. It holds tests and the far ends they need, no code of the agent.
//
// `make interop` fetches the peers and runs the tests.
package interop
