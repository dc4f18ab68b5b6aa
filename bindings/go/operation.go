package peerid

// #include "bridge.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Operation is an operation of the Peerplays chain: its name, and its fields as encoding/json writes them. This package
// has a type for each operation, such as [Transfer]. Your own types can implement the interface for further operations.
type Operation interface {
	// OpName returns the operation's name, such as "transfer".
	OpName() string
}

// encodeOperations encodes the array that the library submits.
func encodeOperations(operations []Operation) ([]byte, error) {
	var buffer bytes.Buffer
	buffer.WriteByte('[')
	for i, operation := range operations {
		if i > 0 {
			buffer.WriteByte(',')
		}
		if err := appendOperation(&buffer, operation); err != nil {
			return nil, newError(ErrInvalidArgument, "operations[%d] %v", i, err).causedBy(errors.Unwrap(err))
		}
	}
	buffer.WriteByte(']')
	return buffer.Bytes(), nil
}

// appendOperation writes an operation as the server expects it, with its name as one of the fields.
func appendOperation(buffer *bytes.Buffer, operation Operation) error {
	fields, err := encode(operation)
	if err != nil {
		return fmt.Errorf("cannot be written as JSON: %w", err)
	}
	// A nil pointer is encoded like this, and has no name.
	if fields[0] != '{' {
		return errors.New("is not an object of fields")
	}
	name, err := encode(operation.OpName())
	if err != nil {
		return fmt.Errorf("has a name that cannot be written as JSON: %w", err)
	}
	buffer.WriteString(`{"op_name":`)
	buffer.Write(name)
	if fields[1] != '}' {
		buffer.WriteByte(',')
	}
	buffer.Write(fields[1:])
	return nil
}

// encode is json.Marshal without HTML escapes, which would make operations longer.
func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

func unencodable(what string, err error) *Error {
	return newError(ErrInvalidArgument, "%s cannot be written as JSON: %v", what, err).causedBy(err)
}

// Check checks operations as [Session.Submit] does before it sends them, without sending anything.
//
// Errors: [ErrInvalidArgument]; the message names the position, such as operations[0].amount.amount, and says what is
// valid.
func Check(operations ...Operation) error {
	encoded, err := encodeOperations(operations)
	if err != nil {
		return err
	}
	data, length := borrowed(encoded)
	return asError(C.peerid_operation_check(data, length))
}

// Warnings returns warnings about operations that pass [Check] but may fail: those that break a rule that the chain's
// committee can change, and those that fail for other known reasons. Times are compared with the local clock.
//
// Errors: as [Check].
func Warnings(operations ...Operation) ([]string, error) {
	encoded, err := encodeOperations(operations)
	if err != nil {
		return nil, err
	}
	data, length := borrowed(encoded)
	if err := asError(C.peerid_operation_check(data, length)); err != nil {
		return nil, err
	}
	size := C.peerid_operation_warnings(data, length, 0, nil)
	if size == 0 {
		return nil, nil
	}
	buffer := make([]byte, int(size)+1)
	C.peerid_operation_warnings(data, length, size+1, (*C.char)(unsafe.Pointer(&buffer[0])))
	return strings.Split(string(buffer[:size]), "\n"), nil
}

// DescribeOperation describes an operation as JSON: its fields with types, units and limits, its rules, and a valid
// example; docs/operations.md lists the keys. Convert it to a string to print it. It is nil for a name that the library
// does not know.
func DescribeOperation(name string) json.RawMessage {
	nameText, err := newText(name, "name")
	if err != nil {
		return nil
	}
	text := C.peerid_operation_describe(nameText.pointer())
	if text == nil {
		return nil
	}
	return json.RawMessage(C.GoString(text))
}

// OperationID returns the number of an operation on the chain, as in [Token.Scope]; false for a name that the library
// does not know.
func OperationID(name string) (id int, known bool) {
	nameText, err := newText(name, "name")
	if err != nil {
		return -1, false
	}
	id = int(C.peerid_operation_id(nameText.pointer()))
	return id, id >= 0
}

// OperationName returns the name of an operation, such as "transfer"; "" for a number that the library does not know.
func OperationName(id int) string {
	if int(C.int32_t(id)) != id {
		return ""
	}
	return goString(C.peerid_operation_name(C.int32_t(id)))
}

// OperationNames lists the operations that the library knows, in the order of their numbers.
func OperationNames() []string {
	count := C.peerid_operation_count()
	names := make([]string, 0, int(count))
	for index := C.size_t(0); index < count; index++ {
		names = append(names, goString(C.peerid_operation_name(C.peerid_operation_id_at(index))))
	}
	return names
}
