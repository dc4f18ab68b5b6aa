package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/sqlstore"
	"github.com/peerplays/libpeerid/bindings/go/storetest"
)

// open creates a backend with its own connections, as another machine would.
func open(t *testing.T, table string) (*sqlstore.Backend, *sql.DB) {
	t.Helper()
	db, err := sql.Open("postgres", dataSource)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	backend, err := sqlstore.PostgreSQL(db, sqlstore.WithTable(table))
	if err != nil {
		t.Fatal(err)
	}
	return backend, db
}

// drop removes the tables of a test.
func drop(t *testing.T, db *sql.DB, table string) {
	t.Cleanup(func() {
		if _, err := db.Exec("DROP TABLE IF EXISTS " + table); err != nil {
			t.Error(err)
		}
	})
}

func TestBackend(t *testing.T) {
	backend, db := open(t, "peerid_test_contract")
	drop(t, db, "peerid_test_contract")
	if err := backend.CreateTable(context.Background()); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, backend)
}

func TestATableMayBeCalledByAWordOfSQL(t *testing.T) {
	for _, table := range []string{"user", "public.order"} {
		backend, db := open(t, table)
		if err := backend.CreateTable(context.Background()); err != nil {
			t.Fatal(err)
		}
		drop(t, db, `"`+strings.TrimPrefix(table, "public.")+`"`)
		if keys, err := backend.List(context.Background()); err != nil || len(keys) != 0 {
			t.Errorf("%s holds %q, %v", table, keys, err)
		}
	}
}

func TestManyProgramsMakeTheTableAtATime(t *testing.T) {
	const table = "peerid_test_creation"
	_, db := open(t, table)
	drop(t, db, table)
	var group sync.WaitGroup
	for i := 0; i < 10; i++ {
		backend, _ := open(t, table)
		group.Add(1)
		go func() {
			defer group.Done()
			if err := backend.CreateTable(context.Background()); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
}

func TestALockEndsWithItsConnection(t *testing.T) {
	const table = "peerid_test_death"
	first, dying := open(t, table)
	second, _ := open(t, table)
	if err := first.CreateTable(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Lock(context.Background(), "alice"); err != nil {
		t.Fatal(err)
	}
	locked := make(chan error, 1)
	go func() {
		lock, err := second.Lock(context.Background(), "alice")
		if err == nil {
			lock.Unlock()
		}
		locked <- err
	}()
	// A program that dies leaves a connection that the server ends.
	_, admin := open(t, table)
	if _, err := admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"); err != nil {
		t.Fatal(err)
	}
	if err := <-locked; err != nil {
		t.Error(err)
	}
	dying.Close()
}

func TestAReadOnlyDatabaseGivesNoLock(t *testing.T) {
	db, err := sql.Open("postgres", dataSource+" default_transaction_read_only=on")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	backend, err := sqlstore.PostgreSQL(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backend.Lock(context.Background(), "alice"); !errors.Is(err, sqlstore.ErrReadOnly) {
		t.Errorf("got %v", err)
	}
}

func TestARoleThatMayNotSaveGetsNoLock(t *testing.T) {
	const table = "peerid_test_reader"
	writer, admin := open(t, table)
	drop(t, admin, table)
	if err := writer.CreateTable(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE ROLE peerid_test_reader; GRANT SELECT ON " + table + " TO peerid_test_reader"); err != nil {
		t.Fatal(err)
	}
	defer admin.Exec("DROP OWNED BY peerid_test_reader; DROP ROLE peerid_test_reader")
	db, err := sql.Open("postgres", dataSource+" role=peerid_test_reader")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	backend, err := sqlstore.PostgreSQL(db, sqlstore.WithTable(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backend.Lock(context.Background(), "alice"); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("got %v", err)
	}
}

func TestAStoreOverTheDatabase(t *testing.T) {
	const table = "peerid_test_store"
	backend, db := open(t, table)
	drop(t, db, table)
	if err := backend.CreateTable(context.Background()); err != nil {
		t.Fatal(err)
	}
	store := peerid.NewStore(backend)
	defer store.Close()
	client, err := peerid.NewClient(peerid.Config{BaseURL: "https://peerid.example", ClientID: "4", Store: store})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	session, err := client.Restore(ctx, []byte(`{"access_token":"abc","refresh_token":"def"}`), peerid.WithKey("alice"))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	again, err := client.Open(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if token, err := again.CurrentToken(); err != nil || token.RefreshToken != "def" {
		t.Errorf("got %v, %v", token, err)
	}
	if err := session.Logout(ctx); err != nil {
		t.Error(err)
	}
	if keys, err := store.Keys(ctx); err != nil || len(keys) != 0 {
		t.Errorf("keys are %q, %v", keys, err)
	}
}
