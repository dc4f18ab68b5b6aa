package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

// Runner runs cases against its own sandbox.
type Runner struct {
	table   *Table
	server  *sandbox.Sandbox
	fixture any
}

// NewRunner starts a sandbox.
func NewRunner(table *Table) (*Runner, error) {
	server, err := sandbox.Start()
	if err != nil {
		return nil, err
	}
	runner := &Runner{table: table, server: server}
	if runner.fixture, err = runner.control("GET fixture", nil); err != nil {
		server.Stop()
		return nil, err
	}
	return runner, nil
}

// Stop ends the sandbox.
func (r *Runner) Stop() {
	r.server.Stop()
}

// The values of ${limit_ms}: the first, and one that no machine needs.
const firstLimit, longestLimit = 1500, 200_000

// Run runs a case in a new folder. The error says what differs. A case with a time limit is repeated with twice the
// limit.
func (r *Runner) Run(c Case, folder string) error {
	text, err := json.Marshal(c.content)
	if err != nil {
		return err
	}
	longest := firstLimit
	if strings.Contains(string(text), "${limit_ms}") {
		longest = longestLimit
	}
	for limit := firstLimit; limit <= longest; limit *= 2 {
		attempt := filepath.Join(folder, strconv.Itoa(limit))
		if err = os.Mkdir(attempt, 0o700); err != nil {
			return err
		}
		if err = r.runWithLimit(c, attempt, limit); err == nil {
			return nil
		}
	}
	return err
}

func (r *Runner) runWithLimit(c Case, folder string, limit int) error {
	if err := r.table.checkCase(c.content); err != nil {
		return err
	}
	content := members(c.content)
	fixture, ok := content["fixture"]
	if !ok {
		fixture = r.fixture
	}
	if _, err := r.control("POST reset", fixture); err != nil {
		return err
	}
	settings := object{"save_delay_ms": 0, "stopped_clock_ms": time.Now().Unix() * 1000}
	if _, err := r.control("POST settings", settings); err != nil {
		return err
	}
	w := newWorld(r.server, folder)
	w.variables["limit_ms"] = strconv.Itoa(limit)
	defer w.close()
	client, ok := content["client"]
	if !ok {
		client = object{}
	}
	if client != nil {
		if err := r.step(w, "the client", object{"call": "client", "with": client}); err != nil {
			return err
		}
	}
	for i, step := range elements(content["steps"]) {
		if err := r.step(w, fmt.Sprintf("step %d", i+1), step); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) step(w *world, place string, value any) error {
	kind, err := r.table.kindOfStep(value)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	step := members(value)
	what, ok := step[kind].(string)
	if !ok {
		what = kind
	}
	switch kind {
	case "call":
		err = r.makeCall(w, step)
	case "sandbox":
		err = r.useControl(w, step)
	case "server":
		err = r.compareRequests(step["server"])
	default:
		err = overwriteFiles(w, step)
	}
	if err != nil {
		return fmt.Errorf("%s (%s): %w", place, what, err)
	}
	return nil
}

// end is the result of a call.
type end struct {
	view any
	err  error
}

func (r *Runner) makeCall(w *world, step object) error {
	format, err := r.table.checkCall(step)
	if err != nil {
		return err
	}
	given, ok := step["with"]
	if !ok {
		given = object{}
	}
	arguments, err := expand(given, w.variables)
	if err != nil {
		return err
	}
	if err := checkArguments(step["call"], format, arguments); err != nil {
		return err
	}
	name := step["call"].(string)
	run, ok := calls[name]
	if !ok {
		return fmt.Errorf("this runner has no call '%s'", name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	prepared := &call{
		ctx:       ctx,
		world:     w,
		on:        nameIn(step, "on", format["on"]),
		made:      nameIn(step, "as", format["makes"]),
		arguments: members(arguments),
	}
	count := int64(1)
	if number, ok := step["at_once"]; ok {
		count, _ = asInteger(number)
	}
	if shortage, ok := step["without"].(string); ok {
		end, err := beginShortage(shortage)
		if err != nil {
			return err
		}
		defer end()
	}
	if path, ok := step["cancel_when_arrived"].(string); ok {
		go func() {
			// If nothing arrives, the call is not cancelled, and the case fails.
			if _, err := r.control("GET requests?at_least=1&wait_ms=600000&path="+path, nil); err == nil {
				cancel()
			}
		}()
	}
	ends := make(chan end, count)
	for i := int64(0); i < count; i++ {
		go func() {
			view, err := run(prepared)
			ends <- end{view, err}
		}()
	}
	wanted, isPartial := step["succeed"]
	var first error
	successes := int64(0)
	for i := int64(0); i < count; i++ {
		end := <-ends
		if end.err == nil {
			successes++
		}
		if isPartial && end.err == nil {
			continue
		}
		if err := compare(w, step, end); err != nil && first == nil {
			first = err
		}
	}
	if number, _ := asInteger(wanted); first == nil && isPartial && successes != number {
		return fmt.Errorf("expected %d successes, got %d", number, successes)
	}
	return first
}

func nameIn(step object, member string, otherwise any) string {
	if name, ok := step[member].(string); ok {
		return name
	}
	name, _ := otherwise.(string)
	return name
}

func compare(w *world, step object, came end) error {
	var failure *peerid.Error
	if came.err != nil && !errors.As(came.err, &failure) {
		return came.err
	}
	place, member := "result", "expect"
	if wanted, ok := step["error"]; ok {
		if failure == nil {
			return fmt.Errorf("expected the error %s, got success", members(wanted)["code"])
		}
		var err error
		if came.view, err = viewOfError(failure); err != nil {
			return err
		}
		place, member = "error", "error"
	} else if failure != nil {
		return fmt.Errorf("expected success, got %s (%s): %s", failure.Code, failure.Outcome, failure.Message)
	}
	return compareAndSave(w, step, member, came.view, place)
}

// compareAndSave compares a value with what a step expects, and saves parts of it.
func compareAndSave(w *world, step object, member string, view any, place string) error {
	if wanted, ok := step[member]; ok {
		expected, err := expand(wanted, w.variables)
		if err != nil {
			return err
		}
		if err := match(expected, view, place); err != nil {
			return err
		}
	}
	for variable, member := range members(step["save"]) {
		name, _ := member.(string)
		value, ok := members(view)[name].(string)
		if !ok {
			return fmt.Errorf("there is no text '%s' to be saved", name)
		}
		w.variables[variable] = value
	}
	return nil
}

// control uses a control of the sandbox, such as "POST expire".
func (r *Runner) control(line string, body any) (any, error) {
	method, name, _ := strings.Cut(line, " ")
	var answer json.RawMessage
	var err error
	switch method {
	case "GET":
		answer, err = r.server.Read(name)
	case "POST":
		answer, err = r.server.Change(name, body)
	default:
		err = fmt.Errorf("a control is 'GET …' or 'POST …'")
	}
	if err != nil {
		return nil, err
	}
	return parse(answer)
}

func (r *Runner) useControl(w *world, step object) error {
	expanded, err := expand([]any{step["sandbox"], step["send"]}, w.variables)
	if err != nil {
		return err
	}
	line, _ := elements(expanded)[0].(string)
	answer, err := r.control(line, elements(expanded)[1])
	if err != nil {
		return err
	}
	return compareAndSave(w, step, "expect", answer, "answer")
}

// compareRequests compares the request counts of the server since the case began; counts that are not listed must be 0.
func (r *Runner) compareRequests(listed any) error {
	counts, err := r.control("GET counts", nil)
	if err != nil {
		return err
	}
	executed, err := r.control("GET executed", nil)
	if err != nil {
		return err
	}
	known := object{"transactions": "any?"}
	expected := object{"transactions": integer(0)}
	seen := object{"transactions": members(executed)["transactions"]}
	for name, path := range members(r.table.format["server"]) {
		known[name], expected[name], seen[name] = "any?", integer(0), integer(0)
		if count, ok := members(counts)[path.(string)]; ok {
			seen[name] = members(count)["total"]
			delete(members(counts), path.(string))
		}
	}
	if err := checkMembers(listed, known, "'server'"); err != nil {
		return err
	}
	if others := names(members(counts)); len(others) > 0 {
		return fmt.Errorf("the server has seen other requests: %s", strings.Join(others, ", "))
	}
	for name, count := range members(listed) {
		expected[name] = count
	}
	return match(expected, seen, "server")
}

func overwriteFiles(w *world, step object) error {
	expanded, err := expand(step, w.variables)
	if err != nil {
		return err
	}
	folder, _ := members(expanded)["overwrite_files"].(string)
	text, _ := members(expanded)["text"].(string)
	// The only possible error is a bad pattern.
	paths, _ := filepath.Glob(filepath.Join(folder, "*.session"))
	if len(paths) == 0 {
		return fmt.Errorf("there is no file to be overwritten")
	}
	for _, path := range paths {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
