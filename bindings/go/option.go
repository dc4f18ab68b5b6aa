package peerid

// #include "bridge.h"
import "C"

// Option describes an option of a client, for [Config.Options].
type Option struct {
	// Name is the name, such as "request_timeout_ms". It ends with the unit, if there is one.
	Name string
	// Accepts describes the valid values, such as "1–3600000".
	Accepts string
	// Default is the default value.
	Default string
	// Help describes what the option does.
	Help string
}

// Options lists all options of the loaded library.
func Options() []Option {
	var options []Option
	var name, values, preset, help *C.char
	for C.peerid_option_describe(C.size_t(len(options)), &name, &values, &preset, &help) {
		options = append(options, Option{
			Name:    C.GoString(name),
			Accepts: C.GoString(values),
			Default: C.GoString(preset),
			Help:    C.GoString(help),
		})
	}
	return options
}
