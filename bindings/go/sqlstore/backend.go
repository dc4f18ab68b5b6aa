package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"sync/atomic"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// Backend stores sessions in a table of a PostgreSQL database. Any number of goroutines may use it at once.
type Backend struct {
	db *sql.DB
	// The name as the caller wrote it, for locks: all machines must use the same name.
	table      string
	statements statements
	// Whether a lock was lost, because a pooler has moved connections between database sessions.
	hasLostLock atomic.Bool
}

// ErrPooler is what [Backend.Lock] returns once a lock was lost to a pooler that pools transactions.
var ErrPooler = errors.New("sqlstore: a session lock was lost, because a pooler before PostgreSQL changes the database " +
	"session between transactions: set it to session pooling (pgbouncer: pool_mode = session)")

// ErrReadOnly is what [Backend.Lock] returns if the database cannot save new tokens, such as a replica.
var ErrReadOnly = errors.New("sqlstore: the database is read-only, so it cannot save new tokens: connect to the primary " +
	"server (target_session_attrs=read-write)")

var _ peerid.StoreBackend = (*Backend)(nil)

// Option changes a [Backend].
type Option func(*Backend)

// WithTable keeps the sessions in another table than peerid_sessions: a name, or schema.name, in lower case. The name
// is a part of a key's lock, so all programs that share the table must write it in the same way, with or without the
// schema.
func WithTable(name string) Option {
	return func(backend *Backend) { backend.table = name }
}

// identifier matches names that mean the same with quotes and without.
var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$`)

// PostgreSQL creates a backend for a database, which the caller still owns. It does not connect yet.
//
// It returns an error if the name of the table cannot be used.
func PostgreSQL(db *sql.DB, options ...Option) (*Backend, error) {
	backend := &Backend{db: db, table: "peerid_sessions"}
	for _, option := range options {
		option(backend)
	}
	if !identifier.MatchString(backend.table) {
		return nil, fmt.Errorf("sqlstore: the table name %q must consist of lower-case letters, digits and underscores", backend.table)
	}
	backend.statements = newStatements(backend.table)
	return backend, nil
}

// CreateTable creates the table if it does not exist. It may be called by every program at its start.
func (b *Backend) CreateTable(ctx context.Context) error {
	connection, err := b.db.Conn(ctx)
	if err != nil {
		return err
	}
	// When two programs create the table at the same time, PostgreSQL can fail even with "if not exists".
	lock := &lock{backend: b, connection: connection, id: lockID(b.table, "")}
	if err := lock.take(ctx); err != nil {
		return err
	}
	defer lock.Unlock()
	_, err = connection.ExecContext(ctx, b.statements.create)
	return err
}

// Load returns the session of a key; nil when there is none.
func (b *Backend) Load(ctx context.Context, key string) (*peerid.StoredSession, error) {
	return load(b.db.QueryRowContext(ctx, b.statements.load, rowID(key)))
}

func load(row *sql.Row) (*peerid.StoredSession, error) {
	var session peerid.StoredSession
	var generation int64
	switch err := row.Scan(&session.Data, &generation); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	session.Generation = uint64(generation)
	return &session, nil
}

// List returns all keys, sorted.
func (b *Backend) List(ctx context.Context) ([]string, error) {
	rows, err := b.db.QueryContext(ctx, b.statements.list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

// Lock waits until no other caller holds the key, on a connection that stays open until the key is unlocked.
//
// The error is [ErrPooler] once a lock was lost, and [ErrReadOnly] if the database is read-only.
func (b *Backend) Lock(ctx context.Context, key string) (peerid.StoreLock, error) {
	if b.hasLostLock.Load() {
		return nil, ErrPooler
	}
	connection, err := b.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	lock := &lock{backend: b, connection: connection, key: key, id: lockID(b.table, key)}
	if err := lock.take(ctx); err != nil {
		return nil, err
	}
	// A missing privilege or a full disk must be noticed before new tokens are requested.
	if _, err := connection.ExecContext(ctx, b.statements.reserve, rowID(key)); err != nil {
		lock.discard()
		return nil, err
	}
	return lock, nil
}

// rowID is the primary key of a session.
func rowID(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// lockID returns the number that identifies a key's lock in the database: the first 8 bytes of the SHA-256 of table,
// NUL and key. If two keys had the same number, they would only wait for each other.
func lockID(table, key string) int64 {
	sum := sha256.Sum256([]byte(table + "\x00" + key))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// lock is a key that is locked on a connection.
type lock struct {
	backend    *Backend
	connection *sql.Conn
	key        string
	id         int64
}

// take waits for the lock. If that fails, it closes the connection, because the database may still take the lock.
func (l *lock) take(ctx context.Context) error {
	var hadLock sql.NullBool
	err := l.connection.QueryRowContext(ctx, lockStatement, l.id).Scan(&hadLock)
	switch {
	case err != nil:
	case !hadLock.Valid:
		err = ErrReadOnly
	case hadLock.Bool:
		// A pooler uses one database session for two connections, which would both have the lock.
		l.backend.hasLostLock.Store(true)
		err = ErrPooler
	}
	if err != nil {
		l.discard()
	}
	return err
}

// Load returns the session of the key; nil when there is none.
func (l *lock) Load(ctx context.Context) (*peerid.StoredSession, error) {
	return load(l.connection.QueryRowContext(ctx, l.backend.statements.load, rowID(l.key)))
}

// Save writes the session if the key has the expected generation.
func (l *lock) Save(ctx context.Context, session peerid.StoredSession, expected uint64) error {
	if session.Generation > math.MaxInt64 || expected > math.MaxInt64 {
		return errors.New("sqlstore: the generation is too large for the database")
	}
	result, err := l.write(ctx, session, expected)
	if err != nil {
		return err
	}
	written, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if written != 1 {
		return peerid.ErrConflict
	}
	return nil
}

func (l *lock) write(ctx context.Context, session peerid.StoredSession, expected uint64) (sql.Result, error) {
	generation := int64(session.Generation)
	if expected == 0 {
		return l.connection.ExecContext(ctx, l.backend.statements.insert, rowID(l.key), l.key, session.Data, generation)
	}
	return l.connection.ExecContext(ctx, l.backend.statements.update, rowID(l.key), session.Data, generation, int64(expected))
}

// Remove deletes the session.
func (l *lock) Remove(ctx context.Context) error {
	_, err := l.connection.ExecContext(ctx, l.backend.statements.remove, rowID(l.key))
	return err
}

// Unlock unlocks the key and returns the connection to the pool. If that fails, it closes the connection, which also
// unlocks the key.
func (l *lock) Unlock() {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var unlocked bool
	if err := l.connection.QueryRowContext(ctx, unlockStatement, l.id).Scan(&unlocked); err != nil || !unlocked {
		// The connection works, but its database session does not have the lock.
		if err == nil {
			l.backend.hasLostLock.Store(true)
		}
		l.discard()
		return
	}
	_ = l.connection.Close()
}

// discard closes the connection: the pool drops a connection that is reported as bad.
func (l *lock) discard() {
	_ = l.connection.Raw(func(any) error { return driver.ErrBadConn })
	_ = l.connection.Close()
}
