using System.Collections;
using System.Reflection;
using Xunit;

namespace Weir.Records.Tests;

public sealed class ExchangeCopyTests
{
    [Fact]
    public void Every_property_is_copied()
    {
        var from = new Exchange();
        var number = 1;
        Fill(from, ref number);
        var to = new Exchange();
        from.CopyTo(to);
        var differences = new List<string>();
        Compare(from, to, "exchange", differences);
        Assert.Empty(differences);
        Assert.True(number > 70, $"only {number} values were filled");
    }

    [Fact]
    public void Changing_the_copy_leaves_the_original_as_it_is()
    {
        var from = new Exchange();
        from.Request.Path = from.Request.Text.Append("/users/17"u8);
        var to = new Exchange();
        from.CopyTo(to);
        to.Request.Path = to.Request.Text.Append("/hidden"u8);
        to.Sensitive.Add(new SensitiveData("email", "request.path", 1));
        Assert.Equal("/users/17"u8, from.Request[from.Request.Path]);
        Assert.Empty(from.Sensitive);
    }

    private static void Fill(object target, ref int number)
    {
        foreach (var property in Properties(target))
        {
            if (property.CanWrite) property.SetValue(target, Value(property.PropertyType, ref number));
            else if (property.GetValue(target) is ByteBuffer buffer) buffer.Append([(byte)number++, (byte)number++]);
            else if (property.GetValue(target) is IList list) list.Add(Value(list.GetType().GetGenericArguments()[0], ref number));
            else if (Nested(property)) Fill(property.GetValue(target)!, ref number);
        }

        if (target is Exchange exchange) exchange.Anomalies.Add(Anomaly.ResponseGap);
    }

    private static void Compare(object one, object other, string path, List<string> differences)
    {
        foreach (var property in Properties(one))
        {
            var (a, b) = (property.GetValue(one), property.GetValue(other));
            var place = $"{path}.{property.Name}";
            if (a is ByteBuffer bytes) Check(bytes.Span.SequenceEqual(((ByteBuffer)b!).Span), place, differences);
            else if (a is IList list) Check(list.Cast<object>().SequenceEqual(((IList)b!).Cast<object>()), place, differences);
            else if (Nested(property)) Compare(a!, b!, place, differences);
            else Check(Equals(a, b), place, differences);
        }

        if (one is Exchange exchange) Check(exchange.Anomalies == ((Exchange)other).Anomalies, path + ".Anomalies", differences);
    }

    private static void Check(bool same, string place, List<string> differences)
    {
        if (!same) differences.Add(place);
    }

    private static IEnumerable<PropertyInfo> Properties(object target) =>
        target.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0);

    private static bool Nested(PropertyInfo property) =>
        !property.CanWrite && property.PropertyType.IsClass && property.PropertyType.Namespace == typeof(Exchange).Namespace;

    /// <summary>Something that is not the default of the type.</summary>
    private static object Value(Type type, ref int number)
    {
        number++;
        if (type == typeof(string)) return $"text {number}";
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Enum.ToObject(type, 1);
        if (type == typeof(Slice)) return new Slice(0, 1 + (number % 2));
        if (type.IsPrimitive) return Convert.ChangeType(number, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(Packets.IpAddress)) return Packets.IpAddress.FromV4([10, 0, 0, (byte)number]);
        if (type == typeof(PeerLabels)) return new PeerLabels([new("label", $"{number}")]);
        if (type == typeof(ExchangeId)) return new ExchangeIdGenerator().Next(number * 1_000_000L);
        var constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)!;
        var arguments = new List<object>();
        foreach (var parameter in constructor.GetParameters()) arguments.Add(Value(parameter.ParameterType, ref number));
        return constructor.Invoke([.. arguments]);
    }
}
