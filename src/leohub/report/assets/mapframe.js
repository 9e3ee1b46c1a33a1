// What every map of leohub's pages shares. No tiles, no fonts, no requests: everything drawn is in
// the page. A map's own script follows in the same module and calls `openMap` and `start`.

const box = document.getElementById("map");
const details = document.getElementById("details");
const dark = matchMedia("(prefers-color-scheme: dark)");

const INK = {
  light: { ground: "#f4f7f8", line: "#7b8b96", label: "#22323d", halo: "#ffffff", site: "#3d4d59", hub: "#e8590c", ring: "#ffffff" },
  dark: { ground: "#121b21", line: "#5c6f7b", label: "#e8eef1", halo: "#0b1115", site: "#c9d5db", hub: "#ff8a3d", ring: "#0f161b" },
};

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat("en", { notation: "compact" });
const people = (value) => whole.format(value);

const CIRCLE_CORNERS = 72;
const EARTH_KM = 6371.0088;

const scheme = () => (dark.matches ? "dark" : "light");
const feature = (id, properties, type, coordinates) => ({
  type: "Feature", id, properties, geometry: { type, coordinates },
});
const collection = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });

/** The names of regions, as many as find room. */
const nameLayer = (paint) => ({
  id: "names",
  type: "symbol",
  source: "names",
  paint,
  layout: {
    "text-field": ["get", "name"],
    // Without a glyphs address MapLibre draws letters itself, with the page's own fonts.
    "text-font": ["Helvetica Neue", "Arial", "sans-serif"],
    "text-size": ["interpolate", ["linear"], ["zoom"], 4, 10, 6, 12, 9, 15],
    "text-max-width": 7,
    "symbol-sort-key": ["get", "order"],
  },
});

const namePaint = (ink) => ({
  "text-color": ink.label, "text-halo-color": ink.halo, "text-halo-width": 1.4, "text-opacity": 0.9,
});

/** A circle on the ground: the spherical destination formula, true to 0.3 % of the radius. */
function circle({ lat_deg, lon_deg, radius_km }) {
  const rad = Math.PI / 180;
  const [lat, lon, arc] = [lat_deg * rad, lon_deg * rad, radius_km / EARTH_KM];
  const ring = [];
  for (let i = 0; i <= CIRCLE_CORNERS; i++) {
    const way = (i / CIRCLE_CORNERS) * 2 * Math.PI;
    const to = Math.asin(Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(way));
    const east = Math.atan2(
      Math.sin(way) * Math.sin(arc) * Math.cos(lat),
      Math.cos(arc) - Math.sin(lat) * Math.sin(to),
    );
    ring.push([(lon + east) / rad, to / rad]);
  }
  return ring;
}

function unpack(steps) {
  let [lon, lat] = [0, 0];
  const ring = [];
  for (let k = 0; k < steps.length; k += 2) {
    lon += steps[k];
    lat += steps[k + 1];
    ring.push([lon / 1e4, lat / 1e4]);
  }
  return [...ring, ring[0]];
}

/** The land that a hub serves: the cells that it serves, packed as steps of 1/10,000 degree, or a circle. */
function land(id, properties, packed, hub) {
  if (!packed) return feature(id, properties, "Polygon", [circle(hub)]);
  return feature(id, properties, "MultiPolygon", packed.map((rings) => rings.map(unpack)));
}

/** Hubs that stand already are diamonds, drawn by `diamond` when the map first asks for one. */
const standingLayout = () => ({ "icon-image": `diamond-${scheme()}`, "icon-allow-overlap": true, "icon-ignore-placement": true });

function diamond(name) {
  const ink = INK[name.slice("diamond-".length)];
  const [size, edge] = [32, 4];
  const pen = Object.assign(document.createElement("canvas"), { width: size, height: size }).getContext("2d");
  const [middle, half] = [size / 2, size / 2 - edge];
  pen.beginPath();
  for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) pen.lineTo(middle + x * half, middle + y * half);
  pen.closePath();
  Object.assign(pen, { fillStyle: ink.ring, strokeStyle: ink.label, lineWidth: edge });
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

function rows(title, under, pairs) {
  const heading = document.createElement("h3");
  heading.textContent = title;
  const line = document.createElement("p");
  line.textContent = under;
  const list = document.createElement("dl");
  for (const [term, value] of pairs) {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = term;
    dd.textContent = value;
    list.append(dt, dd);
  }
  return [heading, line, list];
}

/** A row of what is told; none where it is not known. */
const told = (term, value) => (value ? [[term, value]] : []);

function place(point) {
  const [width, height] = [details.offsetWidth, details.offsetHeight];
  const frame = details.parentElement;
  const [left, top] = [box.offsetLeft + point.x, box.offsetTop + point.y];
  const x = left + 16 + width > frame.clientWidth ? left - width - 16 : left + 16;
  const y = top + 16 + height > frame.clientHeight ? top - height - 16 : top + 16;
  details.style.left = `${Math.max(8, x)}px`;
  details.style.top = `${Math.max(8, y)}px`;
}

/** Room around the country: on wide screens the card stands on the left and must hide nobody. */
function padding() {
  if (matchMedia("(max-width: 60rem)").matches) return 16;
  const card = document.getElementById("controls").offsetWidth + 24;
  return { top: 28, right: 24, bottom: 28, left: Math.min(card, 0.34 * box.offsetWidth) };
}

function openMap(style, bounds) {
  const [west, south, east, north] = bounds;
  const margin = Math.max(east - west, north - south);
  const map = new maplibregl.Map({
    container: box,
    style,
    bounds,
    fitBoundsOptions: { padding: padding() },
    maxBounds: [[west - margin, Math.max(-89, south - margin)], [east + margin, Math.min(89, north + margin)]],
    maxZoom: 14,
    renderWorldCopies: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: true,
    attributionControl: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.FullscreenControl({ container: box.parentElement }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
  map.once("idle", () => { box.dataset.mapState = "idle"; });
  window.leohubMap = map;
  return map;
}

function drawsWebgl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
}

/** Open the map; where it cannot be drawn, the picture below takes its place. */
function start(open, listen) {
  try {
    const map = open();
    map.once("load", () => listen(map));
  } catch (error) {
    // That is as it should be only without WebGL.
    box.dataset.mapState = "unavailable";
    if (drawsWebgl()) throw error;
    console.info("The map cannot be drawn here: this browser has no WebGL.");
  }
}
