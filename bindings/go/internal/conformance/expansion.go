package conformance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

var reference = regexp.MustCompile(`\$\{(.*?)\}`)

// expand replaces the abbreviations in a case: ${name}, $number, $repeat and $copies.
func expand(value any, variables map[string]string) (any, error) {
	switch value := value.(type) {
	case string:
		return expandText(value, variables)
	case []any:
		expanded := make([]any, len(value))
		for i, item := range value {
			var err error
			if expanded[i], err = expand(item, variables); err != nil {
				return nil, err
			}
		}
		return expanded, nil
	case object:
		if text, ok := value["$number"]; ok {
			return expandNumber(value, text, variables)
		}
		if _, ok := value["$repeat"]; ok {
			return repeatText(value, variables)
		}
		if _, ok := value["$copies"]; ok {
			return copyValue(value, variables)
		}
		expanded := make(object, len(value))
		for _, name := range names(value) {
			var err error
			if expanded[name], err = expand(value[name], variables); err != nil {
				return nil, err
			}
		}
		return expanded, nil
	}
	return value, nil
}

func expandText(text string, variables map[string]string) (string, error) {
	var missing error
	expanded := reference.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		value, ok := variables[name]
		if !ok {
			missing = fmt.Errorf("nothing was saved as '%s'", name)
		}
		return value
	})
	return expanded, missing
}

func expandNumber(value object, text any, variables map[string]string) (any, error) {
	digits, ok := text.(string)
	if !ok || len(value) != 1 {
		return nil, fmt.Errorf("$number takes a text")
	}
	digits, err := expandText(digits, variables)
	return json.Number(digits), err
}

func repeatText(value object, variables map[string]string) (any, error) {
	item, count, ok := operands(value, "$repeat")
	text, isText := item.(string)
	if !ok || !isText {
		return nil, fmt.Errorf("$repeat takes a text and a count")
	}
	expanded, err := expandText(text, variables)
	return strings.Repeat(expanded, count), err
}

func copyValue(value object, variables map[string]string) (any, error) {
	item, count, ok := operands(value, "$copies")
	if !ok {
		return nil, fmt.Errorf("$copies takes a value and a count")
	}
	expanded, err := expand(item, variables)
	copies := make([]any, count)
	for i := range copies {
		copies[i] = expanded
	}
	return copies, err
}

func operands(value object, operator string) (item any, count int, ok bool) {
	list := elements(value[operator])
	if len(value) != 1 || len(list) != 2 {
		return nil, 0, false
	}
	number, ok := asInteger(list[1])
	return list[0], int(number), ok && number >= 0
}
