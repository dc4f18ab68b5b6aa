package peerid

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAHandleFreesItsObjectOnceAndAfterItsLastUser(t *testing.T) {
	for round := 0; round < 200; round++ {
		freed := 0
		var users sync.WaitGroup
		h := newHandle(new(int), func(*int) { freed++ })
		for i := 0; i < 8; i++ {
			users.Add(1)
			go func(i int) {
				defer users.Done()
				if h.acquire() {
					defer h.release()
				}
				if i%2 == 0 {
					h.close()
				}
			}(i)
		}
		users.Wait()
		if freed != 1 {
			t.Fatalf("freed %d times", freed)
		}
		if h.acquire() || h.close() {
			t.Fatal("a closed handle can be used")
		}
	}
}

func TestARegistryForgetsWhatIsRemoved(t *testing.T) {
	var r registry[string]
	one, two := r.add("one"), r.add("two")
	if value, found := r.remove(one); value != "one" || !found {
		t.Errorf("removed %q, %v", value, found)
	}
	if _, found := r.get(one); found {
		t.Error("what was removed is found")
	}
	if value, found := r.get(two); value != "two" || !found {
		t.Errorf("got %q, %v", value, found)
	}
}

func TestNothingStaysRegistered(t *testing.T) {
	store := NewStore(nil)
	client, err := NewClient(Config{BaseURL: "https://peerid.example", ClientID: "4", Store: store, Log: func(Level, string) {}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewClient(Config{BaseURL: "https://peerid.example", ClientID: "four"}); err == nil {
		t.Error("four is no number")
	}
	id := client.hooks.id
	client.Close()
	store.Close()
	if _, found := allHooks.get(id); found {
		t.Error("the hooks of a closed client are kept")
	}
	backends.mutex.Lock()
	defer backends.mutex.Unlock()
	for _, backend := range backends.values {
		if backend == nil {
			t.Error("the backend of a closed store is kept")
		}
	}
}

func TestTextsAreTerminatedAndWiped(t *testing.T) {
	secret, err := newText("secret", "password")
	if err != nil {
		t.Fatal(err)
	}
	if string(secret) != "secret\x00" {
		t.Errorf("got %q", secret)
	}
	secret.wipe()
	if strings.Trim(string(secret), "\x00") != "" {
		t.Errorf("%q is left", secret)
	}
	none, err := optionalText("", "password")
	if err != nil || none.pointer() != nil {
		t.Error("an empty text is not NULL")
	}
	none.wipe()
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestOriginsAreCompared(t *testing.T) {
	for _, c := range []struct {
		base, other string
		ours        bool
	}{
		{"https://peerid.example", "https://peerid.example/api/v1/x", true},
		{"https://peerid.example", "https://PeerID.example:443/x?y=z", true},
		{"https://peerid.example/", "https://peerid.example", true},
		{"https://peerid.example", "http://peerid.example/x", false},
		{"https://peerid.example", "https://peerid.example:8443/x", false},
		{"https://peerid.example", "https://peerid.example.org/x", false},
		{"https://peerid.example/peerid", "https://peerid.example/peerid/api/v1/x", true},
		{"https://peerid.example/peerid", "https://peerid.example/peeridother", false},
		{"https://peerid.example/peerid", "https://peerid.example/", false},
		{"http://127.0.0.1", "http://127.0.0.1:80/", true},
	} {
		client, err := NewClient(Config{BaseURL: c.base, ClientID: "4"})
		if err != nil {
			t.Fatal(err)
		}
		other := mustParse(t, c.other)
		if ours := (&transport{session: &Session{client: client}}).isOurs(other); ours != c.ours {
			t.Errorf("%s for %s: %v", c.other, c.base, ours)
		}
		client.Close()
	}
}

func TestANewTokenIsNewForAWhile(t *testing.T) {
	r := newRenewals()
	r.isDue(&Token{Generation: 3}, 0)
	if r.isNew(3) {
		t.Error("what was there before is not new")
	}
	r.renewed(&Token{Generation: 4})
	if !r.isNew(4) || r.isNew(3) {
		t.Error("the renewed one is new")
	}
	r.newestAt = time.Now().Add(-earlyRefusalAge)
	if r.isNew(4) {
		t.Error("it is not new for ever")
	}
	if r.refuse(4); !r.isDue(&Token{Generation: 4}, 0) || r.isDue(&Token{Generation: 5}, 0) {
		t.Error("what was refused is due, and nothing else")
	}
}

func TestLevelsHaveNames(t *testing.T) {
	for level, name := range map[Level]string{
		LevelDebug: "debug", LevelInfo: "info", LevelWarning: "warning", LevelError: "error", 7: "level 7",
	} {
		if level.String() != name {
			t.Errorf("%d is called %s", level, level)
		}
	}
}
