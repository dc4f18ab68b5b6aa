package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// object is a JSON object. Values are decoded by encoding/json, with numbers as json.Number, so that they are exact.
type object = map[string]any

// members returns an object's members; empty if the value is not an object.
func members(value any) object {
	given, _ := value.(object)
	return given
}

// elements returns an array's elements; empty if the value is not an array.
func elements(value any) []any {
	given, _ := value.([]any)
	return given
}

// parse reads exactly one JSON value.
func parse(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("there is more than one value")
	}
	return value, nil
}

// write is json.Marshal without the escapes for HTML.
func write(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// show formats a value for a failure message; a long one is cut.
func show(value any) string {
	text, err := write(value)
	if err != nil {
		return err.Error()
	}
	const longest = 400
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// integer makes the JSON value of an integer.
func integer(number int64) json.Number {
	return json.Number(strconv.FormatInt(number, 10))
}

// asInteger returns a value's integer.
func asInteger(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok || isReal(number) {
		return 0, false
	}
	parsed, err := number.Int64()
	return parsed, err == nil
}

func isReal(number json.Number) bool {
	return strings.ContainsAny(number.String(), ".eE")
}
