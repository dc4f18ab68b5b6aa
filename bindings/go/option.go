package peerid

// #include "bridge.h"
import "C"

// Option describes an option of a client, for [Config.Options].
type Option struct {
	// Name is the name, with the unit at its end where there is one, such as "request_timeout_ms".
	Name string
	// Accepts is what the option takes, for people, such as "1–3600000".
	Accepts string
	// Default is the value when nobody sets it.
	Default string
	// Help is what the option does.
	Help string
}

// Options lists all options of the library that is loaded.
func Options() []Option {
	var options []Option
	for index := C.size_t(0); ; index++ {
		name := C.peerid_option_name(index)
		if name == nil {
			return options
		}
		options = append(options, Option{
			Name:    C.GoString(name),
			Accepts: goString(C.peerid_option_accepts(index)),
			Default: goString(C.peerid_option_default(index)),
			Help:    goString(C.peerid_option_help(index)),
		})
	}
}
