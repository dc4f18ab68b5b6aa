package sqlstore

import (
	"context"
	"errors"
	"math"
	"testing"

	peerid "github.com/peerplays/libpeerid/bindings/go"
	"github.com/peerplays/libpeerid/bindings/go/storetest"
)

func newBackend(t *testing.T) (*Backend, *database) {
	t.Helper()
	database := newDatabase("peerid_sessions")
	pool := database.pool()
	t.Cleanup(func() { pool.Close() })
	backend, err := PostgreSQL(pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.CreateTable(context.Background()); err != nil {
		t.Fatal(err)
	}
	return backend, database
}

func TestBackend(t *testing.T) {
	backend, database := newBackend(t)
	if !database.exists {
		t.Error("the table was not made")
	}
	storetest.Run(t, backend)
	if held := database.held(); held != 0 {
		t.Errorf("%d locks are still held", held)
	}
}

func TestTablesMustHavePlainNames(t *testing.T) {
	for name, good := range map[string]bool{
		"sessions": true, "app.sessions_2": true, "": false, "Sessions": false, "a.b.c": false, "a b": false, "a;drop table b": false, "2a": false,
	} {
		if _, err := PostgreSQL(nil, WithTable(name)); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestFailuresOfTheDatabaseAreHandedOn(t *testing.T) {
	backend, database := newBackend(t)
	ctx := context.Background()
	broken := errors.New("the database is broken")
	database.fail(database.table.list, broken)
	if _, err := backend.List(ctx); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	database.fail(database.table.load, broken)
	if _, err := backend.Load(ctx, "alice"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	database.fail(lockStatement, broken)
	if _, err := backend.Lock(ctx, "alice"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := backend.CreateTable(ctx); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	database.fail("", nil)
	lock, err := backend.Lock(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	database.fail(database.table.insert, broken)
	if err := lock.Save(ctx, peerid.StoredSession{Generation: 1}, 0); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := lock.Save(ctx, peerid.StoredSession{Generation: math.MaxUint64}, 0); err == nil || errors.Is(err, peerid.ErrConflict) {
		t.Errorf("a generation that does not fit was saved: %v", err)
	}
	lock.Unlock()
}

func TestASessionThatCannotBeSavedGetsNoLock(t *testing.T) {
	backend, database := newBackend(t)
	denied := errors.New("permission denied")
	database.fail(database.table.reserve, denied)
	if _, err := backend.Lock(context.Background(), "alice"); !errors.Is(err, denied) {
		t.Errorf("got %v", err)
	}
	if held := database.held(); held != 0 {
		t.Errorf("%d locks are still held", held)
	}
}

func TestALockThatCannotBeGivenBackEndsItsConnection(t *testing.T) {
	backend, database := newBackend(t)
	lock, err := backend.Lock(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	database.fail(unlockStatement, errors.New("the connection is broken"))
	lock.Unlock()
	if held := database.held(); held != 0 {
		t.Errorf("%d locks are still held", held)
	}
}

func TestAPoolerThatMovesALockIsNoticed(t *testing.T) {
	backend, database := newBackend(t)
	lock, err := backend.Lock(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	// As if the next statement ran in another database session.
	database.mutex.Lock()
	database.locks = map[int64]*connection{}
	database.mutex.Unlock()
	lock.Unlock()
	if _, err := backend.Lock(context.Background(), "bob"); !errors.Is(err, ErrPooler) {
		t.Errorf("got %v", err)
	}
}

func TestAPoolerThatGivesTwoTheSameLockIsNoticed(t *testing.T) {
	backend, database := newBackend(t)
	if _, err := backend.Lock(context.Background(), "alice"); err != nil {
		t.Fatal(err)
	}
	// As if the pooler used the same database session for the next connection.
	database.isShared = true
	for round := 0; round < 2; round++ {
		if _, err := backend.Lock(context.Background(), "alice"); !errors.Is(err, ErrPooler) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAReadOnlyDatabaseGivesNoLock(t *testing.T) {
	backend, database := newBackend(t)
	database.isReadOnly = true
	if _, err := backend.Lock(context.Background(), "alice"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("got %v", err)
	}
	database.isReadOnly = false
	lock, err := backend.Lock(context.Background(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	lock.Unlock()
}

func TestTheNumberOfALockIsPartOfTheFormat(t *testing.T) {
	// Programs of other versions and in other languages use the same lock.
	if id := lockID("peerid_sessions", "alice"); id != -3143686724721133024 {
		t.Errorf("alice is locked by %d", id)
	}
}
