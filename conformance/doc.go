// Package conformance runs programs that somebody else wrote, unmodified, as clients of the modem that the
// built agent is, and asserts the texts that arrive: at the SMSC that "smppagent sim" plays for what they
// send, and at them for what it sends. It holds no code of the agent, and knows it by its verbs and its
// port only.
package conformance
