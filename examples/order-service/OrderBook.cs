using System.Collections.Concurrent;

namespace OrderService;

public enum OrderStatus
{
    Placed,
    Paid,
    Shipped,
    Delivered,
    Cancelled,
}

public sealed record OrderLine(int ProductId, int Quantity, decimal UnitPrice);

public sealed record Order(
    int Id, int UserId, OrderStatus Status, OrderLine[] Lines, decimal Total, string Currency, DateTimeOffset PlacedAt);

public sealed record OrderLineInput(int ProductId, int Quantity);

public sealed record OrderInput(int UserId, OrderLineInput[]? Lines);

public sealed record OrderUpdate(OrderStatus? Status);

/// <summary>Orders in memory; the oldest of those made by clients go when the bound is reached.</summary>
public sealed class OrderBook
{
    private const int Seeded = 60;
    private const int MaxOrders = 1000;
    private readonly ConcurrentDictionary<int, Order> _orders = new();
    private int _lastId;

    public OrderBook(Warehouse warehouse)
    {
        var placed = new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < Seeded; i++)
        {
            var lines = Enumerable.Range(0, 1 + (i % 3))
                .Select(line => 1 + (((i * 7) + (line * 11)) % Warehouse.Products))
                .Select(product => new OrderLine(product, 1 + (i % 4), warehouse.PriceOf(product)))
                .ToArray();
            var order = Add(1 + (i % 24), lines, placed.AddMinutes(i * 97));
            Replace(order with { Status = (OrderStatus)(i % 5) });
        }
    }

    public IEnumerable<Order> All => _orders.Values.OrderBy(order => order.Id);

    public Order? Find(int id) => _orders.GetValueOrDefault(id);

    public Order Add(int userId, OrderLine[] lines, DateTimeOffset now)
    {
        var id = Interlocked.Increment(ref _lastId);
        var order = new Order(
            id, userId, OrderStatus.Placed, lines, lines.Sum(line => line.UnitPrice * line.Quantity), "EUR", now);
        _orders[id] = order;
        if (_orders.Count > MaxOrders) _orders.TryRemove(_orders.Keys.Where(key => key > Seeded).Min(), out _);
        return order;
    }

    public void Replace(Order order) => _orders[order.Id] = order;

    public bool Remove(int id) => _orders.TryRemove(id, out _);

    /// <summary>Orders only move forward, and nothing that was shipped is cancelled.</summary>
    public static bool MayBecome(OrderStatus from, OrderStatus to) => to == OrderStatus.Cancelled
        ? from is OrderStatus.Placed or OrderStatus.Paid
        : from != OrderStatus.Cancelled && to >= from;
}
