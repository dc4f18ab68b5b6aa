// Package contender is shared by all contenders in Go: the command line, the operations to send, the clock, and the
// output line.
package contender

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ClientID is the id of the application.
const ClientID = "4"

// The tokens of the session, as long as real ones.
var (
	AccessToken  = "a" + strings.Repeat("x", 123)
	RefreshToken = "r" + strings.Repeat("x", 123)
)

// ServerToken is a token object in the server's form, with the scope of an application of 26 operations.
var ServerToken = []byte(fmt.Sprintf(`{"id":1,"token":"%s","refresh_token":"%s","scope":[0,1,2,3,4,5,6,7,8,10,11,12,13,14,`+
	`15,16,17,18,19,22,23,25,26,27,29,30],"expires":"2099-01-01T00:00:00.000Z","app_id":4,"user_id":1}`,
	AccessToken, RefreshToken))

const transfer = `{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33",` +
	`"amount":{"amount":100000,"asset_id":"1.3.0"}}`

// Settings has the arguments of the runner.
type Settings struct {
	URL        string // the server's base URL, without /api/v1
	CA         string // the file of the CA that signed the server's certificate; "": those of the system
	Calls      int    // calls that are timed
	Goroutines int    // goroutines that make them
	OnTheWire  int    // net/http only: the maximum number of connections; 0: one for each goroutine
	Operations []byte // the operations to submit, a JSON array
	warmup     int
}

// ReadSettings reads the command line.
func ReadSettings() Settings {
	var s Settings
	flag.StringVar(&s.URL, "url", "", "base URL")
	flag.StringVar(&s.CA, "ca", "", "file of a CA")
	flag.IntVar(&s.Calls, "calls", 1000, "calls that are timed")
	flag.IntVar(&s.warmup, "warmup", 0, "calls before the measurement")
	flag.IntVar(&s.Goroutines, "threads", 1, "goroutines that make them")
	flag.IntVar(&s.OnTheWire, "on-the-wire", 0, "maximum number of connections")
	operations := flag.Int("operations", 1, "operations in a call")
	flag.Parse()
	// Every connection must be open before the clock starts.
	if s.warmup > 0 && s.warmup < 2*s.Goroutines {
		s.warmup = 2 * s.Goroutines
	}
	one := []byte(transfer)
	all := make([][]byte, *operations)
	for i := range all {
		all[i] = one
	}
	s.Operations = append(append([]byte("["), bytes.Join(all, []byte(","))...), ']')
	return s
}

// Measure makes the calls, each of which returns the id of its transaction, and prints how long they took.
func (s Settings) Measure(call func() (string, error)) {
	s.share(s.warmup, call)
	processor, started := processorTime(), time.Now()
	received := s.share(s.Calls, call)
	seconds, used := time.Since(started).Seconds(), (processorTime() - processor).Seconds()
	line := map[string]any{"seconds": seconds, "processor_seconds": used, "calls": s.Calls, "result_bytes": received}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		log.Fatal(err)
	}
}

// share makes that many calls in all, from all goroutines; it returns the total length of the ids.
func (s Settings) share(calls int, call func() (string, error)) int {
	received := make([]int, s.Goroutines)
	var group sync.WaitGroup
	for place := range received {
		mine := calls / s.Goroutines
		if place < calls%s.Goroutines {
			mine++
		}
		group.Add(1)
		go func(place int) {
			defer group.Done()
			length := 0
			for i := 0; i < mine; i++ {
				id, err := call()
				if err != nil {
					log.Fatal(err)
				}
				length += len(id)
			}
			received[place] = length
		}(place)
	}
	group.Wait()
	sum := 0
	for _, length := range received {
		sum += length
	}
	return sum
}

// processorTime is the time that all threads of the process have used.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
