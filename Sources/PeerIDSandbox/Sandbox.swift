import PeerID
