// What every page loads: the centre's clock, countdowns, and small comforts. Pages work without it.
import "./pz-clock.js";
import "./pz-countdown.js";
import "./pz-copy.js";
import "./pz-when.js";
import "./autosave.js";
import "./comfort.js";
import "./pz-bell.js";
