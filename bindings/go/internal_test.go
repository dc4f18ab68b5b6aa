package peerid

import (
	"net/url"
	"strings"
	"sync"
	"testing"
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
	config := Config{
		BaseURL: "https://peerid.example", ClientID: "4", Store: store,
		Log: func(Level, string) {}, Relogin: func(string) (Password, bool) { return Password{}, false },
	}
	before := size(&allHooks)
	client, err := NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	if size(&allHooks) != before+2 {
		t.Errorf("%d hooks are registered, want 2", size(&allHooks)-before)
	}
	config.ClientID = "four"
	if _, err := NewClient(config); err == nil {
		t.Error("four is no number")
	}
	config.ClientID = "4"
	config.BaseURL = "peerid.example"
	if _, err := NewClient(config); err == nil {
		t.Error("an address without a scheme is none")
	}
	client.Close()
	store.Close()
	if size(&allHooks) != before {
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

func TestLevelsHaveNames(t *testing.T) {
	for level, name := range map[Level]string{
		LevelDebug: "debug", LevelInfo: "info", LevelWarning: "warning", LevelError: "error", 7: "level 7",
	} {
		if level.String() != name {
			t.Errorf("%d is called %s", level, level)
		}
	}
}
