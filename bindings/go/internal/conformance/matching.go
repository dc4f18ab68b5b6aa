package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// match returns the first position where a value differs from the expected one.
func match(expected, actual any, place string) error {
	switch expected := expected.(type) {
	case object:
		for _, name := range names(expected) {
			if strings.HasPrefix(name, "$") {
				return matchByOperator(name, expected, actual, place)
			}
		}
		return matchMembers(expected, actual, place)
	case []any:
		given, ok := actual.([]any)
		if !ok || len(given) != len(expected) {
			return mismatch(expected, actual, place)
		}
		for i, value := range expected {
			if err := match(value, given[i], fmt.Sprintf("%s[%d]", place, i)); err != nil {
				return err
			}
		}
		return nil
	default:
		if expected != actual {
			return mismatch(expected, actual, place)
		}
		return nil
	}
}

func matchMembers(expected object, actual any, place string) error {
	given, ok := actual.(object)
	if !ok {
		return mismatch(expected, actual, place)
	}
	for _, name := range names(expected) {
		inner := place + "." + name
		value, ok := given[name]
		if !ok {
			return fmt.Errorf("%s: expected %s, got nothing", inner, show(expected[name]))
		}
		if err := match(expected[name], value, inner); err != nil {
			return err
		}
	}
	return nil
}

func mismatch(expected, actual any, place string) error {
	return fmt.Errorf("%s: expected %s, got %s", place, show(expected), show(actual))
}

func matchByOperator(name string, expected object, actual any, place string) error {
	judge, ok := operators[name]
	if !ok || len(expected) != 1 {
		return fmt.Errorf("%s: there is no operator %s", place, show(expected))
	}
	holds, err := judge(expected[name], actual)
	if err != nil {
		return fmt.Errorf("%s: %s does not take %s", place, name, show(expected[name]))
	}
	if !holds {
		return mismatch(expected, actual, place)
	}
	return nil
}

// errOperand is the error of an operator whose operand is invalid.
var errOperand = errors.New("the operator does not take this operand")

// operators compare a value with an operand. They are set in init, because some of them call match.
var operators map[string]func(operand, actual any) (bool, error)

func init() {
	operators = map[string]func(operand, actual any) (bool, error){
		"$contains": contains,
		"$lacks":    lacks,
		"$kind":     hasKind,
		"$length":   hasLength,
		"$between":  isBetween,
		"$not":      isNot,
		"$exactly":  isExactly,
		"$hex":      isHex,
	}
}

func contains(operand, actual any) (bool, error) {
	parts, err := texts(operand)
	text, ok := actual.(string)
	for _, part := range parts {
		ok = ok && strings.Contains(text, part)
	}
	return ok, err
}

func lacks(operand, actual any) (bool, error) {
	parts, err := texts(operand)
	text, ok := actual.(string)
	for _, part := range parts {
		ok = ok && !strings.Contains(text, part)
	}
	return ok, err
}

// texts returns one string or the strings of an array.
func texts(operand any) ([]string, error) {
	if text, ok := operand.(string); ok {
		return []string{text}, nil
	}
	list, ok := operand.([]any)
	if !ok {
		return nil, errOperand
	}
	var found []string
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, errOperand
		}
		found = append(found, text)
	}
	return found, nil
}

func hasKind(operand, actual any) (bool, error) {
	switch operand {
	case "string", "integer", "real", "boolean", "array", "object", "null":
		return kindOf(actual) == operand, nil
	}
	return false, errOperand
}

func kindOf(value any) string {
	switch value := value.(type) {
	case string:
		return "string"
	case json.Number:
		if isReal(value) {
			return "real"
		}
		return "integer"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case object:
		return "object"
	}
	return "null"
}

func hasLength(operand, actual any) (bool, error) {
	wanted, ok := asInteger(operand)
	if !ok {
		return false, errOperand
	}
	switch actual := actual.(type) {
	case string:
		return int64(len(actual)) == wanted, nil
	case []any:
		return int64(len(actual)) == wanted, nil
	}
	return false, nil
}

func isBetween(operand, actual any) (bool, error) {
	limits := elements(operand)
	if len(limits) != 2 {
		return false, errOperand
	}
	lowest, hasLowest := asInteger(limits[0])
	highest, hasHighest := asInteger(limits[1])
	if !hasLowest || !hasHighest {
		return false, errOperand
	}
	number, ok := asInteger(actual)
	return ok && lowest <= number && number <= highest, nil
}

func isNot(operand, actual any) (bool, error) {
	return match(operand, actual, "") != nil, nil
}

func isExactly(operand, actual any) (bool, error) {
	if _, ok := operand.(object); !ok {
		return false, errOperand
	}
	return match(operand, actual, "") == nil && len(members(operand)) == len(members(actual)), nil
}

func isHex(operand, actual any) (bool, error) {
	wanted, ok := asInteger(operand)
	if !ok {
		return false, errOperand
	}
	text, ok := actual.(string)
	return ok && int64(len(text)) == wanted && strings.Trim(text, "0123456789abcdef") == "", nil
}
