using System.Buffers.Binary;
using System.Globalization;
using Weir.Packets;
using Weir.Records;

namespace Weir.Protocols.Dns;

/// <summary>Record data in presentation form: as it would stand in a zone file.</summary>
internal static class DnsRecordData
{
    /// <summary>Appends the data of one record.</summary>
    /// <param name="message">The whole message, because names in the data may point into it.</param>
    /// <param name="type">Resource record type.</param>
    /// <param name="start">Where the data begins.</param>
    /// <param name="length">Its length in bytes; it lies within the message.</param>
    /// <param name="text">Receives it.</param>
    /// <param name="limits">How much of an unknown type is shown.</param>
    public static void Append(
        ReadOnlySpan<byte> message, ushort type, int start, int length, ByteBuffer text, DnsLimits limits)
    {
        var before = text.Length;
        var reader = new Reader(message[..(start + length)], start, text);
        var ok = type switch
        {
            1 => reader.V4() && reader.AtEnd,
            28 => reader.V6() && reader.AtEnd,
            2 or 5 or 12 or 39 => reader.Name() && reader.AtEnd,
            15 => reader.Number(2) && reader.Space() && reader.Name() && reader.AtEnd,
            33 => reader.Number(2) && reader.Space() && reader.Number(2) && reader.Space() && reader.Number(2)
                && reader.Space() && reader.Name() && reader.AtEnd,
            6 => Soa(ref reader) && reader.AtEnd,
            16 or 99 => reader.Strings(),
            64 or 65 => reader.Number(2) && reader.Space() && reader.Name() && Parameters(ref reader),
            257 => reader.Number(1) && reader.Space() && reader.Tag() && reader.Space() && reader.QuotedRest(),
            _ => false,
        };
        if (ok) return;
        text.Truncate(before);
        Unknown(message.Slice(start, length), text, limits.MaxUnknownBytes);
    }

    private static bool Soa(ref Reader reader)
    {
        if (!reader.Name() || !reader.Space() || !reader.Name()) return false;
        for (var i = 0; i < 5; i++)
            if (!reader.Space() || !reader.Number(4)) return false;
        return true;
    }

    /// <summary>SvcParams, RFC 9460 §2.1 and §2.2.</summary>
    private static bool Parameters(ref Reader reader)
    {
        while (!reader.AtEnd)
        {
            if (!reader.Space() || !reader.TryTake(2, out var key) || !reader.TryTake(2, out var length)) return false;
            if (!reader.TryEnter((int)length, out var value)) return false;
            var ok = key switch
            {
                0 => value.Literal("mandatory="u8) && value.Keys(),
                1 => value.Literal("alpn=\""u8) && value.Protocols() && value.Literal("\""u8),
                2 => value.Literal("no-default-alpn"u8),
                3 => value.Literal("port="u8) && value.Number(2),
                4 => value.Literal("ipv4hint="u8) && value.Addresses(v6: false),
                6 => value.Literal("ipv6hint="u8) && value.Addresses(v6: true),
                7 => value.Literal("dohpath="u8) && value.QuotedRest(),
                _ => value.Literal(key == 5 ? "ech="u8 : "key"u8) && (key == 5 || (value.Append(key) && value.Literal("="u8)))
                    && value.QuotedRest(),
            };
            if (!ok || !value.AtEnd) return false;
        }

        return true;
    }

    /// <summary>RFC 3597 §5: <c>\# length hex</c>.</summary>
    private static void Unknown(ReadOnlySpan<byte> data, ByteBuffer text, int limit)
    {
        text.Append("\\# "u8);
        AppendNumber(data.Length, text);
        if (data.IsEmpty || data.Length > limit) return;
        text.Append(" "u8);
        Span<byte> hex = stackalloc byte[2];
        foreach (var b in data)
        {
            hex[0] = "0123456789abcdef"u8[b >> 4];
            hex[1] = "0123456789abcdef"u8[b & 15];
            text.Append(hex);
        }
    }

    private static void AppendNumber(long value, ByteBuffer text)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        text.Append(digits[..written]);
    }

    /// <summary>Reads forward through the data and writes what it reads.</summary>
    private ref struct Reader(ReadOnlySpan<byte> message, int at, ByteBuffer text)
    {
        private readonly ReadOnlySpan<byte> _message = message;
        private int _at = at;

        public readonly bool AtEnd => _at == _message.Length;

        public readonly bool Space() => Literal(" "u8);

        public readonly bool Literal(ReadOnlySpan<byte> bytes)
        {
            text.Append(bytes);
            return true;
        }

        public readonly bool Append(long value)
        {
            AppendNumber(value, text);
            return true;
        }

        public bool Name() => DnsName.TryRead(_message, ref _at, text);

        public bool Number(int bytes) => TryTake(bytes, out var value) && Append(value);

        public bool TryTake(int bytes, out long value)
        {
            value = 0;
            if (_at + bytes > _message.Length) return false;
            for (var i = 0; i < bytes; i++) value = (value << 8) | _message[_at++];
            return true;
        }

        /// <summary>A reader of the next bytes; this one goes on behind them.</summary>
        public bool TryEnter(int length, out Reader inner)
        {
            inner = default;
            if (_at + length > _message.Length) return false;
            inner = new Reader(_message[..(_at + length)], _at, text);
            _at += length;
            return true;
        }

        public bool V4() => Address(4);

        public bool V6() => Address(16);

        /// <summary>Character strings (RFC 1035 §3.3.14), each in quotes.</summary>
        public bool Strings()
        {
            for (var first = true; !AtEnd; first = false)
            {
                if (!TryTake(1, out var length) || _at + length > _message.Length) return false;
                if (!first) Space();
                Quoted(_message.Slice(_at, (int)length));
                _at += (int)length;
            }

            return true;
        }

        public bool QuotedRest()
        {
            Quoted(_message[_at..]);
            _at = _message.Length;
            return true;
        }

        /// <summary>A string that needs no quotes (RFC 8659 §4.1).</summary>
        public bool Tag()
        {
            if (!TryTake(1, out var length) || _at + length > _message.Length) return false;
            DnsName.AppendEscaped(_message.Slice(_at, (int)length), text, "\""u8);
            _at += (int)length;
            return true;
        }

        public bool Keys()
        {
            for (var first = true; !AtEnd; first = false)
            {
                if (!first) Literal(","u8);
                if (!TryTake(2, out var key)) return false;
                ReadOnlySpan<byte> name = key switch
                {
                    1 => "alpn"u8, 2 => "no-default-alpn"u8, 3 => "port"u8, 4 => "ipv4hint"u8, 5 => "ech"u8, 6 => "ipv6hint"u8,
                    7 => "dohpath"u8, _ => default,
                };
                if (name.IsEmpty) return Literal("key"u8) && Append(key) && Keys();
                Literal(name);
            }

            return true;
        }

        public bool Protocols()
        {
            for (var first = true; !AtEnd; first = false)
            {
                if (!first) Literal(","u8);
                if (!TryTake(1, out var length) || _at + length > _message.Length) return false;
                DnsName.AppendEscaped(_message.Slice(_at, (int)length), text, "\","u8);
                _at += (int)length;
            }

            return true;
        }

        public bool Addresses(bool v6)
        {
            for (var first = true; !AtEnd; first = false)
            {
                if (!first) Literal(","u8);
                if (!Address(v6 ? 16 : 4)) return false;
            }

            return true;
        }

        private bool Address(int bytes)
        {
            if (_at + bytes > _message.Length) return false;
            var raw = _message.Slice(_at, bytes);
            _at += bytes;
            Span<byte> utf8 = stackalloc byte[64];
            var address = bytes == 4 ? IpAddress.FromV4(raw) : IpAddress.FromV6(raw);
            return Literal(utf8[..address.Format(utf8)]);
        }

        private readonly void Quoted(ReadOnlySpan<byte> bytes)
        {
            text.Append("\""u8);
            DnsName.AppendEscaped(bytes, text, "\""u8, spaces: true);
            text.Append("\""u8);
        }
    }
}
