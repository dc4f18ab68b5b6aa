package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

// Case is a case and its file.
type Case struct {
	File    string
	Name    string
	content any
}

// IsFor returns whether a case runs in a mode: "blocking" or "asynchronous".
func (c Case) IsFor(mode string) bool {
	only, ok := members(c.content)["only"]
	return !ok || only == mode
}

// BrokenCase is a case that must fail, and the text that its failure must contain.
type BrokenCase struct {
	Case
	Says []string
}

// Table is the description of the format and all cases.
type Table struct {
	Cases       []Case
	BrokenCases []BrokenCase
	format      object
}

// ReadTable reads the folder Tests/Conformance.
func ReadTable() (*Table, error) {
	_, file, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(file), "../../../../Tests/Conformance")
	format, err := readFile(filepath.Join(folder, "format.json"))
	if err != nil {
		return nil, err
	}
	table := &Table{format: members(format)}
	// The only possible error is a bad pattern.
	paths, _ := filepath.Glob(filepath.Join(folder, "cases", "*.json"))
	for _, path := range paths {
		contents, err := table.readCases(path)
		if err != nil {
			return nil, err
		}
		for _, content := range contents {
			if c := newCase(filepath.Base(path), content); c.isChosen() {
				table.Cases = append(table.Cases, c)
			}
		}
	}
	contents, err := table.readCases(filepath.Join(folder, "broken.json"))
	if err != nil {
		return nil, err
	}
	for _, content := range contents {
		broken := BrokenCase{Case: newCase("broken.json", members(content)["case"])}
		if broken.Says, err = texts(members(content)["says"]); err != nil {
			return nil, err
		}
		if broken.isChosen() {
			table.BrokenCases = append(table.BrokenCases, broken)
		}
	}
	return table, nil
}

// isChosen returns whether a case is selected: its name must contain PEERID_CASE.
func (c Case) isChosen() bool {
	return strings.Contains(c.Name, os.Getenv("PEERID_CASE"))
}

func readFile(path string) (any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	value, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return value, nil
}

func (t *Table) readCases(path string) ([]any, error) {
	file, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if err := checkMembers(file, members(t.format["file"]), filepath.Base(path)); err != nil {
		return nil, err
	}
	return elements(members(file)["cases"]), nil
}

func newCase(file string, content any) Case {
	name, _ := members(content)["name"].(string)
	return Case{File: file, Name: name, content: content}
}

// checkMembers refuses an object with members other than those that are known, with their kinds. A kind is "string",
// "object|null" or "any", followed by "?" if the member is optional.
func checkMembers(value any, known object, what string) error {
	given, ok := value.(object)
	if !ok {
		return fmt.Errorf("%s must be an object", what)
	}
	for _, name := range names(given) {
		kinds, ok := known[name].(string)
		if !ok {
			return fmt.Errorf("%s has the unknown member '%s'", what, name)
		}
		if !isOneOf(kindOf(given[name]), strings.TrimSuffix(kinds, "?")) {
			return fmt.Errorf("%s takes %s as '%s'", what, kinds, name)
		}
	}
	for _, name := range names(known) {
		_, isGiven := given[name]
		if kinds, _ := known[name].(string); !isGiven && !strings.HasSuffix(kinds, "?") {
			return fmt.Errorf("%s lacks '%s'", what, name)
		}
	}
	return nil
}

func isOneOf(kind, kinds string) bool {
	for _, candidate := range strings.Split(kinds, "|") {
		if candidate == kind || candidate == "any" {
			return true
		}
	}
	return false
}

// checkCase refuses a case with unknown members, or for an unknown mode.
func (t *Table) checkCase(content any) error {
	if err := checkMembers(content, members(t.format["case"]), "the case"); err != nil {
		return err
	}
	if mode, ok := members(content)["only"]; ok && !t.isListed("modes", mode) {
		return fmt.Errorf("there is no mode '%s'", mode)
	}
	return nil
}

// isListed returns whether a list of the table's format, such as "modes", contains a value.
func (t *Table) isListed(list string, value any) bool {
	for _, listed := range elements(t.format[list]) {
		if listed == value {
			return true
		}
	}
	return false
}

// kindOfStep checks a step's members and returns its kind.
func (t *Table) kindOfStep(step any) (string, error) {
	kinds := members(t.format["steps"])
	var found []string
	for _, kind := range names(kinds) {
		if _, ok := members(step)[kind]; ok {
			found = append(found, kind)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("a step must be exactly one of %s", strings.Join(names(kinds), ", "))
	}
	return found[0], checkMembers(step, members(kinds[found[0]]), "the step")
}

// checkCall checks a step and returns the format's description of its call.
func (t *Table) checkCall(step object) (object, error) {
	name, _ := step["call"].(string)
	call, ok := members(t.format["calls"])[name].(object)
	if !ok {
		return nil, fmt.Errorf("there is no call '%s'", name)
	}
	wanted, hasError := step["error"]
	if _, hasResult := step["expect"]; hasResult && hasError {
		return nil, fmt.Errorf("a call has either 'expect' or 'error'")
	}
	if hasError {
		if err := checkMembers(wanted, members(t.format["error"]), "'error'"); err != nil {
			return nil, err
		}
	}
	_, makes := call["makes"]
	if _, ok := step["on"]; ok && call["on"] == nil {
		return nil, fmt.Errorf("'%s' is called on nothing", name)
	}
	if _, ok := step["as"]; ok && !makes {
		return nil, fmt.Errorf("'%s' makes nothing that could have a name", name)
	}
	if shortage, ok := step["without"]; ok && !t.isListed("shortages", shortage) {
		return nil, fmt.Errorf("there is no shortage of '%s'", shortage)
	}
	number, ok := step["at_once"]
	count, _ := asInteger(number)
	if successes, ok := step["succeed"]; ok {
		if wanted, _ := asInteger(successes); wanted < 1 || wanted >= count || !hasError {
			return nil, fmt.Errorf("succeed says how many of those at once do not end with the error")
		}
	}
	if ok {
		if count < 2 {
			return nil, fmt.Errorf("at_once takes at least 2")
		}
		if _, saves := step["save"]; makes || saves {
			return nil, fmt.Errorf("what runs at once can make and save nothing")
		}
		if _, ok := step["cancel_when_arrived"]; ok {
			return nil, fmt.Errorf("calls are made either at once or cancelled")
		}
	}
	return call, nil
}

// checkArguments refuses unknown arguments of a call.
func checkArguments(name any, call object, arguments any) error {
	if err := checkMembers(arguments, members(call["arguments"]), fmt.Sprintf("'%s'", name)); err != nil {
		return err
	}
	for _, value := range members(members(arguments)["options"]) {
		if _, ok := value.(string); !ok {
			return fmt.Errorf("option values are strings")
		}
	}
	return nil
}

// names lists the members of an object, always in the same order.
func names(o object) []string {
	list := make([]string, 0, len(o))
	for name := range o {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}
