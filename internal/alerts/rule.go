package alerts

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"smppagent/internal/sms"
)

// defaultClass is the class of a rule or push that names none.
const defaultClass = sms.Warning

// rule is a Rule with its sentences, texts and people understood.
type rule struct {
	name    string
	hash    string // of the sentences: a rule that says something else is another rule
	when    Sentence
	until   Sentence // zero for events
	given   bool     // until stands in the configuration
	class   sms.Class
	text    template
	clear   template // empty: nothing is said
	to      []string // people
	repeat  []time.Duration
	watched []string // the sensors in the sentences and texts
}

// compile understands r and reports everything that is wrong with it. sensors nil: not judged.
func (r Rule) compile(name string, sensors map[string]Sensor, d directory, bad func(key, problem string)) *rule {
	out := &rule{name: name, repeat: r.Repeat}
	report := func(field, problem string) { bad("alert."+name+"."+field, problem) }
	if err := checkName(name); err != nil {
		bad("alert."+name, err.Error())
	}
	var err error
	if out.when, err = ParseSentence(r.When); err != nil {
		report("when", err.Error())
	}
	checkTerms(out.when, sensors, func(p string) { report("when", p) })
	if r.Until == "" {
		out.until = out.when.Opposite()
	} else if out.until, err = ParseSentence(r.Until); err != nil {
		report("until", err.Error())
	}
	out.given = r.Until != ""
	out.checkPair(r, sensors, report)
	if out.class, err = parseClass(r.Class, defaultClass); err != nil {
		report("class", err.Error())
	}
	if strings.TrimSpace(r.Text) == "" {
		report("text", `there is no text: write what people are to read, for example "Freezer {freezer} and rising."`)
	}
	out.text = compileText(r.Text, sensors, func(p string) { report("text", p) })
	out.clear = compileText(r.Clear, sensors, func(p string) { report("clear", p) })
	var problems []string
	if out.to, problems = d.resolve(r.To); len(r.To) == 0 {
		report("to", `nobody is told: write people or groups, for example "ivan" or ["ivan", "maria"]`)
	}
	for _, p := range problems {
		report("to", p)
	}
	checkRepeat(r.Repeat, out.class, func(p string) { report("repeat", p) })
	out.hash = hashSentences(out.when, out.until)
	for _, t := range append(out.when.terms(), out.until.terms()...) {
		out.watch(t.sensor)
	}
	for _, s := range append(out.text.sensors(), out.clear.sensors()...) {
		out.watch(s)
	}
	return out
}

func (r *rule) watch(sensor string) {
	if !slices.Contains(r.watched, sensor) {
		r.watched = append(r.watched, sensor)
	}
}

// event tells whether the rule is about things that happen and do not last.
func (r *rule) event() bool { return r.when.events() }

func hashSentences(when, until Sentence) string {
	h := fnv.New64a()
	h.Write([]byte(when.String() + "\n" + until.String()))
	return fmt.Sprintf("%016x", h.Sum64())
}

// checkPair judges what when and until, clear and repeat, mean together.
func (out *rule) checkPair(r Rule, sensors map[string]Sensor, report func(field, problem string)) {
	if out.event() {
		if slices.ContainsFunc(out.when.any, func(all []term) bool { return !Sentence{any: [][]term{all}}.events() }) {
			report("when", `"new" happens and does not last: it cannot stand beside "or" and something that lasts; write two alerts`)
		}
		for field, given := range map[string]bool{"until": r.Until != "", "clear": r.Clear != "", "repeat": len(r.Repeat) > 0} {
			if given {
				report(field, `"new" happens and does not last, so there is nothing to end, clear or repeat: leave this out`)
			}
		}
		return
	}
	if out.until.events() {
		report("until", `"new" cannot end an incident: say what must be true when it is over`)
	}
	checkTerms(out.until, sensors, func(p string) {
		if r.Until != "" {
			report("until", p)
		}
	})
	if r.Until == "" && out.until.IsZero() && !out.when.IsZero() {
		report("until", "the opposite of so long a sentence cannot be worked out: write when it is over")
	}
	if problem := overlap(out.when, out.until); problem != "" {
		report("until", problem)
	}
}

// overlap finds the common slip of an until that is true while when still is.
func overlap(when, until Sentence) string {
	w, u := when.terms(), until.terms()
	if len(w) != 1 || len(u) != 1 || w[0].sensor != u[0].sensor {
		return ""
	}
	a, b := w[0], u[0]
	wrong := a.verb == verbAbove && b.verb == verbBelow && b.a > a.a ||
		a.verb == verbBelow && b.verb == verbAbove && b.a < a.a ||
		a.verb == verbOutside && b.verb == verbInside && (b.a < a.a || b.b > a.b) ||
		a.verb == b.verb && (a.verb != verbIs && a.verb != verbHas || a.word == b.word)
	if !wrong {
		return ""
	}
	return fmt.Sprintf("%q can be true while %q still is: the alert would end as soon as it begins", until, when)
}

func checkTerms(s Sentence, sensors map[string]Sensor, bad func(problem string)) {
	if sensors == nil {
		return
	}
	for _, t := range s.terms() {
		known, ok := sensors[t.sensor]
		numeric := t.verb == verbAbove || t.verb == verbBelow || t.verb == verbOutside || t.verb == verbInside
		switch {
		case !ok && len(sensors) == 0:
			bad(fmt.Sprintf("column %d: there is no sensor %q: there are no [sensor.NAME] tables", t.column, t.sensor))
		case !ok:
			bad(fmt.Sprintf("column %d: there is no sensor %q%s", t.column, t.sensor, didYouMean(t.sensor, sensorNames(sensors))))
		case numeric && known.Kind == KindState, t.verb == verbHas && known.Kind == KindNumber:
			bad(fmt.Sprintf("column %d: %s shows %s, which is never %q", t.column, t.sensor, known.Kind, verbWords[t.verb]))
		case t.verb == verbNew && known.Kind == KindNumber, t.verb == verbNew && known.Kind == KindState:
			bad(fmt.Sprintf(`column %d: %s shows %s and has no events, so nothing is ever "new"`, t.column, t.sensor, known.Kind))
		}
	}
}

func compileText(s string, sensors map[string]Sensor, bad func(problem string)) template {
	t, err := parseTemplate(s)
	if err == nil && sensors != nil {
		err = t.check(sensors)
	}
	if err != nil {
		bad(err.Error())
	}
	return t
}

func parseClass(s string, missing sms.Class) (sms.Class, error) {
	if s == "" {
		return missing, nil
	}
	c, err := sms.ParseClass(s)
	if err != nil {
		words := []string{"emergency", "alarm", "warning", "info", "telemetry"}
		return missing, fmt.Errorf("%q is no class: write %s%s", s, strings.Join(words, ", "), didYouMean(s, words))
	}
	return c, nil
}

// The limits of repeat.
const (
	minRepeat  = time.Minute
	maxRepeat  = 7 * 24 * time.Hour
	maxRepeats = 20
)

func checkRepeat(repeat []time.Duration, class sms.Class, bad func(problem string)) {
	for _, d := range repeat {
		switch {
		case d < minRepeat:
			bad(fmt.Sprintf(`%v is below 1m: write a number and a unit, for example "10m"`, d))
		case d > maxRepeat:
			bad(fmt.Sprintf("%v is above 168h", d))
		}
	}
	if len(repeat) > maxRepeats {
		bad(fmt.Sprintf("%d times are more than %d", len(repeat), maxRepeats))
	}
	if len(repeat) > 0 && class > sms.Warning {
		bad(fmt.Sprintf("class %s is not repeated: leave this out, or choose warning or above", class))
	}
}
