// Package sqlstore keeps PeerID sessions in a PostgreSQL database, over database/sql and whatever driver the program
// uses, so that all machines which reach the database share them:
//
//	db, err := sql.Open("pgx", "postgres://…")
//	…
//	backend, err := sqlstore.PostgreSQL(db)
//	…
//	if err := backend.CreateTable(ctx); err != nil { … }
//	store := peerid.NewStore(backend)
//	client, err := peerid.NewClient(peerid.Config{…, Store: store})
//
// A key is locked with an advisory lock of the database, on a connection that is held for it alone: while a session is
// refreshed, saved or removed, or waits for another program that does so, one connection of the pool is in use. When its
// holder dies the connection ends, and the lock with it. A pooler between the program and the database must therefore
// pool sessions, not transactions: [Backend.Lock] returns [ErrPooler] once a lock was lost to one that does not.
package sqlstore
