// Package bench is a module of its own for measurements that need other people's code, so that the agent's
// go.mod stays clean: one directory, one question. Its path is below smppagent, so that it may import what
// is internal there.
package bench
