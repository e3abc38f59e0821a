"""Reads a trace by Perfetto's own schema, and tells what is in it, a fact a line."""
import sys
from collections import Counter

from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent


def unknown(message):
    found = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            repeated = hasattr(value, "__len__") and not hasattr(value, "ListFields")
            found += sum(map(unknown, value if repeated else [value]))
    return found


trace = Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())
print("unknown fields", unknown(trace))
tracks, depth, last, flows = {}, Counter(), {}, Counter()
for packet in trace.packet:
    assert packet.trusted_packet_sequence_id == 1
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        assert track.uuid not in tracks, track
        assert not track.parent_uuid or track.parent_uuid in tracks, track
        tracks[track.uuid] = track
        continue
    event = packet.track_event
    track = tracks[event.track_uuid]
    axis = tracks[track.parent_uuid].name
    assert packet.timestamp >= last.get(event.track_uuid, 0), event
    last[event.track_uuid] = packet.timestamp
    flows.update(event.flow_ids)
    flows.subtract(event.terminating_flow_ids)
    at = f"{axis.split()[2]} {packet.timestamp}"
    notes = {note.name: note.uint_value or note.string_value for note in event.debug_annotations}
    match event.type:
        case TrackEvent.TYPE_SLICE_BEGIN:
            depth[event.track_uuid] += 1
            print(at, track.name, "begins", event.name, notes.get("at", ""))
        case TrackEvent.TYPE_SLICE_END:
            depth[event.track_uuid] -= 1
            assert depth[event.track_uuid] >= 0, event
        case TrackEvent.TYPE_INSTANT:
            print(at, track.name, "is", event.name)
        case TrackEvent.TYPE_COUNTER:
            assert track.HasField("counter"), track
            print(at, track.name, "counts", event.counter_value)
assert not any(depth.values()), depth
assert min(flows.values(), default=0) >= 0, "an arrow ends that began nowhere"
print("arrows", sum(1 for left in flows.values() if not left))
