package report

import (
	"fmt"
	"strings"
)

// What the guest says. Each is the first word of a line; what follows is in the comment.
const (
	Agent   = "agent"   // the agent was started: "" or what went wrong before
	Have    = "have"    // one record of the queue: state with "_" for spaces, then the text
	Listed  = "listed"  // the end of a list: how many records it had
	OK      = "ok"      // the agent said that it has a message: its text
	Refused = "refused" // the agent said that it has not, or nothing: why
	Ended   = "ended"   // the agent ended by itself: when
	Failed  = "failed"  // the guest cannot go on: why
)

// What the host asks for.
const (
	List  = "list"  // the queue, as Have and Listed; the answer waits until the agent answers
	Load  = "load"  // producers begin: how many
	Pause = "pause" // producers end
	Cycle = "cycle" // kill the agent, mount the file system anew, start the agent: Agent
	Calm  = "calm"  // the same, and the file system makes no cuts by itself any more
)

// Line makes a line of a word and what follows.
func Line(word, rest string) string {
	return fmt.Sprintf("%s %s\n", word, strings.ReplaceAll(rest, "\n", " "))
}

// Parse takes a line apart again.
func Parse(line string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimRight(line, "\r\n"), " ")
	return word, rest
}
