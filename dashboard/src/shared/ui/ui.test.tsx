import { act, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiProblem } from '@/shared/api'
import { faults } from '@/testing/axe'
import { renderPart } from '@/testing/render-part'
import {
  Ago,
  CallState,
  CopyButton,
  DataTable,
  EmptyState,
  ErrorState,
  LatencyLight,
  PageHeader,
  Panel,
  PhoneNumber,
  Skeletons,
  Sparkline,
  StatRow,
  StatTile,
  Timer,
  type DataColumn,
} from '.'

afterEach(() => vi.useRealTimers())

interface Person {
  id: string
  name: string
  calls: number
}

const PEOPLE: Person[] = [
  { id: 'a', name: 'Ana', calls: 3 },
  { id: 'b', name: 'Beto', calls: 1 },
  { id: 'c', name: 'Caro', calls: 2 },
]
const COLUMNS: DataColumn<Person>[] = [
  { id: 'name', label: 'Name', cell: (row) => row.name, phone: 'title' },
  { id: 'calls', label: 'Calls', cell: (row) => row.calls, sortBy: (row) => row.calls, align: 'end' },
]

const table = (onOpen?: (row: Person) => void) => (
  <DataTable label="People" columns={COLUMNS} rows={PEOPLE} rowId={(row) => row.id} onOpen={onOpen} empty="none" />
)
const names = () => screen.getAllByRole('row').slice(1).map((row) => within(row).getAllByRole('cell')[0]?.textContent)

test('the parts have nothing that axe finds wrong', async () => {
  await renderPart(
    <main>
      <PageHeader title="Title" about="About" />
      <StatRow label="Today">
        <StatTile label="Calls" value={3} note="of 5" tone="ok" chart={<Sparkline values={[1, 2, 3]} label="Rising" />} />
        <StatTile label="Live" value={null} />
      </StatRow>
      <Panel title="People">{table(() => undefined)}</Panel>
      <CallState state="talking" />
      <CallState state="something new" />
      <LatencyLight ms={1200} />
      <PhoneNumber number="+573001234567" />
      <CopyButton text="x" label="Copy the number" />
      <EmptyState title="Nothing" next="Do something" />
      <ErrorState error={new ApiProblem({ status: 503, code: 'busy' })} onRetry={() => undefined} />
      <Skeletons />
      <Ago at={0} />
    </main>,
  )
  expect(await faults()).toEqual([])
})

test('a table sorts by a column that can be sorted, and says so', async () => {
  await renderPart(table())
  expect(names()).toEqual(['Ana', 'Beto', 'Caro'])
  await userEvent.click(screen.getByRole('button', { name: 'Calls' }))
  const first = screen.getByRole('columnheader', { name: 'Calls' }).getAttribute('aria-sort')
  const order = names()
  await userEvent.click(screen.getByRole('button', { name: 'Calls' }))
  const rising = ['Beto', 'Caro', 'Ana']
  expect(order).toEqual(first === 'ascending' ? rising : [...rising].reverse())
  expect(names()).toEqual([...order].reverse())
})

test('rows are reached with the arrows and opened with Enter or a click', async () => {
  const opened = vi.fn()
  await renderPart(table((row) => void opened(row.id)))
  await userEvent.tab()
  await userEvent.tab()
  expect(screen.getAllByRole('row')[1]).toHaveFocus()
  await userEvent.keyboard('{ArrowDown}{Enter}')
  await userEvent.keyboard('{End}{Enter}')
  await userEvent.click(screen.getByText('Ana'))
  expect(opened.mock.calls).toEqual([['b'], ['c'], ['a']])
})

test('a table without rows says what comes next', async () => {
  await renderPart(<DataTable label="x" columns={COLUMNS} rows={[]} rowId={(row) => row.id} empty={<p>next step</p>} />)
  expect(screen.getByText('next step')).toBeInTheDocument()
  expect(screen.queryByRole('table')).toBeNull()
})

test('an error is told in the language, by its code', async () => {
  await renderPart(<ErrorState error={new ApiProblem({ status: 503, code: 'store_unavailable' })} />, 'es')
  expect(screen.getByRole('alert')).toHaveTextContent('No se puede llegar a la base de datos')
})

test('an unknown code is told in the words of the API', async () => {
  const error = new ApiProblem({ status: 409, code: 'odd', title: 'Something odd', detail: 'Look at it.' })
  await renderPart(<ErrorState error={error} />)
  expect(screen.getByRole('alert')).toHaveTextContent('Something odd')
  expect(screen.getByRole('alert')).toHaveTextContent('Look at it.')
})

test.each([
  [1000, 'Good latency'],
  [1001, 'Noticeable latency'],
  [1501, 'Slow'],
])('%s ms is called %s', async (ms, name) => {
  await renderPart(<LatencyLight ms={ms} />)
  expect(screen.getByRole('img', { name })).toBeInTheDocument()
})

test('a timer ticks and is spoken whole', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  await renderPart(<Timer since={Date.now() / 1000 - 59} />)
  expect(screen.getByText('0:59')).toBeInTheDocument()
  act(() => void vi.advanceTimersByTime(2000))
  expect(screen.getByLabelText('1 minute, 1 second')).toHaveTextContent('1:01')
})

test('copying says whether it went well', async () => {
  const user = userEvent.setup()
  await renderPart(<CopyButton text="+573001234567" label="Copy the number" />)
  await user.click(screen.getByRole('button', { name: 'Copy the number' }))
  expect(await screen.findByRole('status')).toHaveTextContent('Copied')
  expect(await navigator.clipboard.readText()).toBe('+573001234567')
})
