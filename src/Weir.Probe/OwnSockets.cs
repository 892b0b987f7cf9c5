using System.Collections.Immutable;
using System.Net;
using Weir.Packets;

namespace Weir.Probe;

/// <summary>
/// The probe's own connections, whose packets are not looked at: a call that tells of calls would tell of itself without end. Known by
/// their local end, which the kernel gives to one socket only, so whatever stands between probe and center changes nothing. Thread-safe.
/// </summary>
public sealed class OwnSockets
{
    /// <summary>
    /// Where the path is broken the kernel goes on sending what was on its way when the socket was closed: eight times, each after twice the
    /// time, 100 s from 200 ms on (tcp_orphan_retries in net/ipv4/tcp_timer.c).
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMinutes(2);

    /// <summary>Its own packets may wait to be read for as long. What opens a connection at this end later is somebody else's, to whom the kernel gave the port.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private ImmutableArray<Socket> _sockets = [];

    public OwnSockets(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>A connection of ours begins at this end, until the result is disposed of.</summary>
    public IDisposable Add(IPEndPoint local)
    {
        var socket = new Socket(this, IpAddress.From(local.Address), (ushort)local.Port);
        ImmutableInterlocked.Update(ref _sockets, (all, added) => all.RemoveAll(one => one.IsOver(_time)).Add(added), socket);
        return socket;
    }

    internal bool Has(in PacketView packet)
    {
        foreach (var socket in _sockets)
        {
            var isEnd = (socket.Port == packet.SourcePort && socket.Address == packet.Source)
                || (socket.Port == packet.DestinationPort && socket.Address == packet.Destination);
            if (isEnd && socket.Holds((packet.Flags & TcpFlags.Syn) != 0, _time)) return true;
        }

        return false;
    }

    private sealed class Socket(OwnSockets owner, IpAddress address, ushort port) : IDisposable
    {
        private long _closedAt;
        private volatile bool _isTaken;

        public IpAddress Address { get; } = address;

        public ushort Port { get; } = port;

        public void Dispose() => Volatile.Write(ref _closedAt, owner._time.GetTimestamp());

        public bool IsOver(TimeProvider time) => Since(time) > s_linger;

        /// <param name="opens">The packet opens a connection.</param>
        /// <param name="time">Clock.</param>
        public bool Holds(bool opens, TimeProvider time)
        {
            var since = Since(time);
            if (opens && since > s_settled) _isTaken = true;
            return !_isTaken && since <= s_linger;
        }

        /// <summary>Time since it was closed; none while it is open.</summary>
        private TimeSpan Since(TimeProvider time) => Volatile.Read(ref _closedAt) is not 0 and var closed ? time.GetElapsedTime(closed) : TimeSpan.Zero;
    }
}
