// Package archtest holds the tests that guard the whole tree: which package may import which, that
// everything exported is documented, that tests do not sleep, and that the linker can drop dead code.
// It holds no code of the agent.
package archtest
