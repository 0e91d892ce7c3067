// Said before its other parts are loaded: otherwise they look for Node's own crypto, which a browser's bundle hasn't.
import util from "node-forge/lib/util";

util.isNodejs = false;
