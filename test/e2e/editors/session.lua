-- A session in Neovim: what a user does, and what the editor then shows, written as JSON to the file in $SESSION.
-- It waits for what the server sends, 20 s at most for each.

local shown = {}

local function wait(what, ready)
  assert(vim.wait(20000, ready, 10), what .. ' did not come about')
end

local function diagnostics()
  local found = vim.tbl_map(function(each)
    return { line = each.lnum, code = each.code, message = each.message }
  end, vim.diagnostic.get(0))
  table.sort(found, function(a, b) return a.line < b.line end)
  return found
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Puts the cursor on the first character of the last match of a pattern.
local function move(pattern)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search(pattern, 'w') > 0, pattern .. ' is not in the file')
end

vim.cmd.edit('orders.yaml')
wait('a diagnostic', function() return #vim.diagnostic.get(0) == 1 end)
shown.diagnostics = diagnostics()

move('metod')
vim.lsp.buf.code_action({ apply = true, context = { only = { 'quickfix' }, diagnostics = {} } })
wait('the quick fix', function() return vim.fn.search('request.method', 'nw') > 0 end)
shown.fixed = lines()
wait('the end of the mistake', function() return #vim.diagnostic.get(0) == 0 end)

-- Completion at the end of an expression that is being written.
vim.api.nvim_buf_set_lines(0, -1, -1, false, { '    - {name: more, effect: deny, when: jwt.' })
vim.fn.cursor('$', 1)
local client = vim.lsp.get_clients({ bufnr = 0 })[1]
local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
params.position.character = #vim.api.nvim_get_current_line()
local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 20000)
local items = answers[client.id].result
shown.completion = vim.tbl_map(function(item) return item.label end, items.items or items)
vim.api.nvim_buf_set_lines(0, -2, -1, false, {})

move('method')
vim.lsp.buf.hover()
local hover
wait('the hover', function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then hover = window end
  end
  return hover ~= nil
end)
shown.hover = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(hover), 0, -1, false)
vim.api.nvim_win_close(hover, true)

move('tenant')
vim.lsp.buf.rename('customer')
wait('the rename', function() return vim.fn.search('variables.customer', 'nw') > 0 end)
shown.renamed = lines()

local file = assert(io.open(vim.env.SESSION, 'w'))
file:write(vim.json.encode(shown))
file:close()
