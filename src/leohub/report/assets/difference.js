// The map of two plans: regions by who reaches more people there, hubs by which plan has them.

const plans = JSON.parse(document.getElementById("plans").textContent);
const GROUPS = ["both", "only-a", "only-b"];
const SIGNS = {
  both: { light: "#15212b", dark: "#e8eef1" },
  "only-a": { light: "#145a75", dark: "#7bbacb" },
  "only-b": { light: "#e8590c", dark: "#ff8a3d" },
};
const WHERE = { both: "Hub of both plans", "only-a": "Hub only of A", "only-b": "Hub only of B" };
const STANDS_IN = { both: "Stands already", a: "Stands already in A, not in B", b: "Stands already in B, not in A" };
const SIGN_PX = 40;
const MOST_NAMES = 300;

/** The outline of a group's sign: a circle, a square, a triangle. */
function trace(pen, group) {
  const [middle, size] = [SIGN_PX / 2, SIGN_PX * 0.34];
  pen.beginPath();
  if (group === "both") pen.arc(middle, middle, size, 0, 2 * Math.PI);
  else if (group === "only-a") pen.rect(middle - size, middle - size, 2 * size, 2 * size);
  else {
    pen.moveTo(middle, middle - size * 1.2);
    pen.lineTo(middle + size * 1.15, middle + size);
    pen.lineTo(middle - size * 1.15, middle + size);
    pen.closePath();
  }
}

function sign(group) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIGN_PX;
  const pen = canvas.getContext("2d");
  trace(pen, group);
  pen.fillStyle = SIGNS[group][scheme()];
  pen.strokeStyle = INK[scheme()].ring;
  pen.lineWidth = 3;
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIGN_PX, SIGN_PX);
}

function sources() {
  const named = plans.regions.length > MOST_NAMES ? [] : plans.regions;
  return {
    regions: collection(plans.regions.map((region, i) => ({
      type: "Feature", id: i, properties: { shade: region.shade }, geometry: region.geometry,
    }))),
    names: collection(named.map((region, i) => feature(i, { name: region.name, order: -region.room }, "Point", region.label))),
    areas: collection(plans.areas.map((area, i) => land(i, { group: plans.hubs[area.hub].group, plan: area.plan }, area.land, area))),
    standing: collection(plans.standing.map((hub, i) => feature(i, {}, "Point", [hub.lon_deg, hub.lat_deg]))),
    hubs: collection(plans.hubs.map((hub, i) => feature(i, { group: hub.group, order: GROUPS.indexOf(hub.group) }, "Point", [hub.lon_deg, hub.lat_deg]))),
  };
}

/** The colour of land: of A, of B, or of neither where a hub serves the same land in both. */
const byPlan = () => ["match", ["get", "plan"], "a", SIGNS["only-a"][scheme()], "b", SIGNS["only-b"][scheme()], SIGNS.both[scheme()]];

function paints() {
  const [ink, colours] = [INK[scheme()], plans.colours[scheme()]];
  const steps = colours.slice(1).flatMap((colour, i) => [i - 2, colour]);
  return {
    ground: { "background-color": ink.ground },
    regions: { "fill-color": ["step", ["get", "shade"], colours[0], ...steps], "fill-opacity": 0.75 },
    edges: { "line-color": ink.line, "line-width": ["case", ["boolean", ["feature-state", "hover"], false], 2.5, 0.8] },
    areas: { "fill-color": byPlan(), "fill-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0, 7.5, 0.1] },
    "area-halo": { "line-color": ink.ring, "line-width": 4, "line-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0, 7.5, 0.7] },
    "area-edge": { "line-color": byPlan(), "line-width": 2, "line-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0, 7.5, 0.9] },
    names: namePaint(ink),
  };
}

function style() {
  const paint = paints();
  return {
    version: 8,
    sources: sources(),
    layers: [
      { id: "ground", type: "background", paint: paint.ground },
      { id: "regions", type: "fill", source: "regions", paint: paint.regions },
      { id: "edges", type: "line", source: "regions", paint: paint.edges },
      { id: "areas", type: "fill", source: "areas", paint: paint.areas },
      { id: "area-halo", type: "line", source: "areas", paint: paint["area-halo"] },
      { id: "area-edge", type: "line", source: "areas", paint: paint["area-edge"] },
      nameLayer(paint.names),
      { id: "standing", type: "symbol", source: "standing", layout: standingLayout() },
      {
        id: "hubs", type: "symbol", source: "hubs",
        layout: {
          "icon-image": ["get", "group"],
          "icon-size": ["interpolate", ["linear"], ["zoom"], 4, 0.35, 6, 0.6, 9, 1],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
          "symbol-sort-key": ["get", "order"],
        },
      },
    ],
  };
}

const signed = (value) => `${value > 0 ? "+" : ""}${people(value)}`;

const TELL = {
  hubs(i) {
    const hub = plans.hubs[i];
    const under = [WHERE[hub.group], hub.kind, hub.region].filter(Boolean).join(" · ");
    const inPlan = (name, rank, added) => (rank === null ? [] : [[`Rank in ${name}`, people(rank)], [`People it adds to ${name}`, people(added)]]);
    return rows(hub.name || "Unnamed place", under, [
      ...inPlan("A", hub.rank_a, hub.added_a),
      ...inPlan("B", hub.rank_b, hub.added_b),
      ...told("Stands already in", hub.stands ? (hub.group === "only-a" ? "B" : "A") : ""),
      ...told("Nearest exchanged hub", hub.nearest_km === null ? "" : `${tenth.format(hub.nearest_km)} km`),
    ]);
  },
  standing(i) {
    const { name, kind, region, plan } = plans.standing[i];
    return rows(name || "Unnamed place", [STANDS_IN[plan], kind, region].filter(Boolean).join(" · "), []);
  },
  regions(i) {
    const region = plans.regions[i];
    return rows(region.name, "", [
      ["Hubs in A, in B", `${people(region.hubs_a)}, ${people(region.hubs_b)}`],
      ["Newly reached by A", people(region.reached_a)],
      ["Newly reached by B", people(region.reached_b)],
      ["Change from A to B", signed(region.change)],
    ]);
  },
};

function find(map, point) {
  const near = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]];
  for (const [layer, where] of [["hubs", near], ["standing", near], ["regions", point]]) {
    const [found] = map.queryRenderedFeatures(where, { layers: [layer] });
    if (found) return { kind: layer, id: found.id };
  }
  return null;
}

function tell(map, found, point) {
  map.removeFeatureState({ source: "regions" });
  map.getCanvas().style.cursor = found && found.kind !== "regions" ? "pointer" : "";
  details.hidden = !found;
  if (!found) return;
  if (found.kind === "regions") map.setFeatureState({ source: "regions", id: found.id }, { hover: true });
  details.dataset.kind = found.kind;
  details.replaceChildren(...TELL[found.kind](found.id));
  place(point);
}

function drawLegend() {
  const [unit, scale, ends] = ["div", "div", "div"].map((name) => document.createElement(name));
  unit.className = "unit";
  const [second, third] = plans.limits;
  const limits = [second, third].filter(Boolean).map((limit) => compact.format(limit));
  unit.textContent = limits.length ? `darker from ${limits.join(" and ")} people` : "";
  scale.className = "scale";
  for (const colour of plans.colours[scheme()]) {
    const swatch = document.createElement("i");
    swatch.style.background = colour;
    scale.append(swatch);
  }
  ends.className = "ends";
  for (const word of ["A reaches more", "B reaches more"]) ends.append(Object.assign(document.createElement("span"), { textContent: word }));
  document.getElementById("legend").replaceChildren(scale, ends, unit);
}

const wanted = () => GROUPS.filter((group) => document.getElementById(`show-${group}`).checked);

function visit(map, index) {
  const hub = plans.hubs[index];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  map.stop();
  map.once("moveend", () => tell(map, { kind: "hubs", id: index }, map.project([hub.lon_deg, hub.lat_deg])));
  map.easeTo({ center: [hub.lon_deg, hub.lat_deg], zoom: 10, duration: calm ? 0 : 900 });
}

function listen(map) {
  map.on("mousemove", ({ point }) => tell(map, find(map, point), point));
  map.on("click", ({ point }) => tell(map, find(map, point), point));
  map.on("mouseout", () => tell(map, null));
  map.on("movestart", () => tell(map, null));
  dark.addEventListener("change", () => {
    for (const [id, paint] of Object.entries(paints())) {
      for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
    }
    // A sign that no hub carries was never asked for.
    for (const group of GROUPS.filter((name) => map.hasImage(name))) map.updateImage(group, sign(group));
    map.setLayoutProperty("standing", "icon-image", standingLayout()["icon-image"]);
    drawLegend();
  });
  for (const group of GROUPS) {
    document.getElementById(`show-${group}`).addEventListener("change", () => {
      for (const layer of ["areas", "area-halo", "area-edge", "hubs"]) map.setFilter(layer, ["in", ["get", "group"], ["literal", wanted()]]);
    });
  }
  for (const button of document.querySelectorAll("[data-hub]")) {
    button.addEventListener("click", () => visit(map, Number(button.dataset.hub)));
  }
}

drawLegend();
start(() => {
  const map = openMap(style(), plans.bounds);
  // The signs are asked for before the style has loaded.
  map.on("styleimagemissing", ({ id }) => {
    if (!map.hasImage(id)) map.addImage(id, GROUPS.includes(id) ? sign(id) : diamond(id), { pixelRatio: 2 });
  });
  return map;
}, listen);
